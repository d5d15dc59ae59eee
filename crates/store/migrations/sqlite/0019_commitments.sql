-- A matter that a unit handles under 告知承诺, in one edition: proposed by one person, released by a second one, never changed then. code:
-- the unit's own number of the matter; the released edition that begins last is in force. ends: from that day it is handled so no more.
CREATE TABLE commitment_matter (
    id INTEGER PRIMARY KEY NOT NULL,
    unit_id TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    basis TEXT NOT NULL,
    notice TEXT NOT NULL,
    content TEXT NOT NULL,
    liability TEXT NOT NULL,
    scope TEXT NOT NULL,
    days INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    from_day TEXT NOT NULL,
    state TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    reason TEXT
) STRICT;
CREATE UNIQUE INDEX commitment_matter_open ON commitment_matter (unit_id, code) WHERE state = 'proposed';
CREATE INDEX commitment_matter_code ON commitment_matter (unit_id, code, from_day);

-- A commitment as it was made: text is what was read and signed, word for word, digest its SM3. way: online or paper, with the scan of the
-- paper. record_id: the record of the register that it became when it was accepted; what it says about the outcome stands there.
CREATE TABLE commitment (
    id INTEGER PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    once TEXT NOT NULL UNIQUE,
    subject_id INTEGER NOT NULL,
    unit_id TEXT NOT NULL,
    matter_id INTEGER NOT NULL,
    way TEXT NOT NULL,
    account_id INTEGER,
    reason TEXT NOT NULL,
    valid_until TEXT,
    text TEXT NOT NULL,
    digest TEXT NOT NULL,
    file_digest TEXT,
    file_type TEXT,
    made_on TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    stage TEXT NOT NULL,
    record_id INTEGER,
    accepted_on TEXT,
    completed_on TEXT,
    found_on TEXT,
    settled_on TEXT,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX commitment_subject ON commitment (subject_id, id);
CREATE INDEX commitment_stage ON commitment (unit_id, stage, made_on, id);
CREATE INDEX commitment_made ON commitment (made_on, id);
CREATE INDEX commitment_record ON commitment (record_id) WHERE record_id IS NOT NULL;

-- What happened to it, append-only, chained by hash per commitment.
CREATE TABLE commitment_step (
    commitment_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    event TEXT NOT NULL,
    stage TEXT NOT NULL,
    on_day TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (commitment_id, seq)
) STRICT, WITHOUT ROWID;
