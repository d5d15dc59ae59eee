-- Dates are TEXT 'YYYY-MM-DD', instants milliseconds since 1970, flags 0/1, ids given by the application (time-ordered).
-- No foreign keys, triggers or sequences: the tables must be able to lie on several machines; the check (fsck) finds orphans.

-- What the database says about itself: the key check, the edition of the law last seen, switches.
CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The bodies that deliver records. Reference table.
CREATE TABLE unit (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    code TEXT,
    settings TEXT NOT NULL,
    active INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- People who may sign in.
CREATE TABLE account (
    id INTEGER PRIMARY KEY NOT NULL,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    failed INTEGER NOT NULL,
    locked_until INTEGER,
    created_at INTEGER NOT NULL,
    active INTEGER NOT NULL
) STRICT;

-- Sessions; the id is the SM3 of the token, so that a copy of the database signs nobody in.
CREATE TABLE session (
    id TEXT PRIMARY KEY NOT NULL,
    account_id INTEGER,
    data TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_expires ON session (expires_at);
CREATE INDEX session_account ON session (account_id);

-- Organisations and individual businesses, the newest state.
CREATE TABLE subject (
    id INTEGER PRIMARY KEY NOT NULL,
    category TEXT NOT NULL,
    code TEXT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    status TEXT NOT NULL,
    details TEXT NOT NULL,
    registered_on TEXT,
    source TEXT NOT NULL,
    known_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

-- Which subject a code means. Lookup table, laid out by value.
CREATE TABLE subject_code (
    value TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    PRIMARY KEY (value, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX subject_code_subject ON subject_code (subject_id);

-- Every name a subject has or had, the current one among them.
CREATE TABLE subject_name (
    subject_id INTEGER NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    since TEXT,
    until TEXT,
    known_at INTEGER NOT NULL,
    PRIMARY KEY (subject_id, name_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX subject_name_key ON subject_name (name_key);

-- History of subjects, append-only, chained by hash per subject.
CREATE TABLE subject_version (
    subject_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    source_batch INTEGER,
    known_at INTEGER NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (subject_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX subject_version_batch ON subject_version (source_batch) WHERE source_batch IS NOT NULL;

-- Search tokens of all names of a subject; rowid is the subject's id. Every character counts as part of a token except separators.
CREATE VIRTUAL TABLE subject_search USING fts5(
    tokens, content='', contentless_delete=1, detail=none,
    tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* P* S* C*'"
);
-- What the index holds, read by fsck.
CREATE VIRTUAL TABLE subject_search_terms USING fts5vocab('subject_search', 'instance');

-- Natural persons named in records; found by blind index only, never searchable.
CREATE TABLE person (
    id INTEGER PRIMARY KEY NOT NULL,
    blind TEXT NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    known_at INTEGER NOT NULL
) STRICT;

-- Where each record stands: what it is found and sifted by. What it says is in its newest version. ends_on repeats
-- public_until until its end has been written down. Keyed by the record first, so that new ones lie side by side.
CREATE TABLE record (
    id INTEGER NOT NULL,
    subject_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    natural_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    party_category TEXT NOT NULL,
    decided_on TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    batch_id INTEGER NOT NULL,
    row INTEGER NOT NULL,
    public_from TEXT,
    public_until TEXT,
    withdrawn_on TEXT,
    state TEXT NOT NULL,
    ends_on TEXT,
    PRIMARY KEY (id, subject_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX record_natural ON record (subject_id, kind, natural_key);
CREATE INDEX record_public ON record (kind, decided_on, id, public_from, public_until)
    WHERE state = 'standing' AND public_from IS NOT NULL;
CREATE INDEX record_unit ON record (unit_id, kind, decided_on, id);
CREATE INDEX record_ends ON record (ends_on) WHERE ends_on IS NOT NULL;

-- History of records, append-only, chained by hash per record.
CREATE TABLE record_version (
    subject_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    natural_key TEXT NOT NULL,
    party_category TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    batch_id INTEGER NOT NULL,
    row INTEGER NOT NULL,
    content TEXT NOT NULL,
    sealed BLOB,
    platform TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    second TEXT,
    law_edition TEXT NOT NULL,
    held_from TEXT NOT NULL,
    valid_until TEXT,
    known_at INTEGER NOT NULL,
    public_from TEXT,
    public_until TEXT,
    withdrawn_on TEXT,
    content_digest TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (record_id, version, subject_id)
) STRICT;
CREATE INDEX record_version_batch ON record_version (batch_id, row);

-- When a record became public, changed, ended or was withdrawn.
CREATE TABLE publication_event (
    record_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    subject_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    on_day TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    citation TEXT NOT NULL,
    PRIMARY KEY (record_id, seq, subject_id)
) STRICT, WITHOUT ROWID;

-- The articles that events rest on, each list once, named by its digest. Reference table.
CREATE TABLE citation (
    id TEXT PRIMARY KEY NOT NULL,
    list TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Files delivered by units and where each stands.
CREATE TABLE batch (
    id INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    profile TEXT NOT NULL,
    file_name TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    stage TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    received_by TEXT NOT NULL,
    checked_at INTEGER,
    submitted_at INTEGER,
    submitted_by TEXT,
    released_at INTEGER,
    released_by TEXT,
    recorded_at INTEGER,
    refusal TEXT,
    rows_total INTEGER NOT NULL,
    count_received INTEGER NOT NULL,
    count_recorded INTEGER NOT NULL,
    count_unchanged INTEGER NOT NULL,
    count_held INTEGER NOT NULL,
    count_refused INTEGER NOT NULL,
    basis TEXT,
    sheet TEXT NOT NULL,
    heading TEXT NOT NULL,
    progress INTEGER NOT NULL,
    note TEXT,
    law_edition TEXT NOT NULL,
    seal TEXT
) STRICT;
CREATE INDEX batch_unit ON batch (unit_id, received_at);
CREATE INDEX batch_digest ON batch (digest);

-- Rows of a batch that did not go straight.
CREATE TABLE batch_row (
    batch_id INTEGER NOT NULL,
    row INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (batch_id, row)
) STRICT, WITHOUT ROWID;

-- What is wrong, doubtful or noteworthy about rows of a batch.
CREATE TABLE finding (
    batch_id INTEGER NOT NULL,
    row INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    field TEXT NOT NULL,
    level TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (batch_id, row, seq)
) STRICT, WITHOUT ROWID;

-- What the reviewer set before release, per row (severity, domain, basis).
CREATE TABLE row_judgement (
    batch_id INTEGER NOT NULL,
    row INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (batch_id, row, key)
) STRICT, WITHOUT ROWID;

-- Files as delivered, encrypted in chunks.
CREATE TABLE upload (
    digest TEXT PRIMARY KEY NOT NULL,
    size INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    name TEXT NOT NULL,
    received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The encrypted chunks of a file.
CREATE TABLE upload_chunk (
    digest TEXT NOT NULL,
    seq INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (digest, seq)
) STRICT;

-- Who did what, chained by hash per stream; a stream is one run of a process, so writers never wait for each other.
CREATE TABLE audit (
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_object ON audit (object, at);

-- The newest link of every audit stream, so that a cut-off tail is noticed.
CREATE TABLE chain_head (
    stream TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Entries of the law that two named persons confirmed, with the text they saw.
CREATE TABLE law_confirmation (
    id INTEGER PRIMARY KEY NOT NULL,
    parameter TEXT NOT NULL,
    from_day TEXT NOT NULL,
    value TEXT NOT NULL,
    text TEXT NOT NULL,
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Which job runs at present, so that two processes do not run the same one.
CREATE TABLE job_lease (
    name TEXT PRIMARY KEY NOT NULL,
    leased_until INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT, WITHOUT ROWID;
