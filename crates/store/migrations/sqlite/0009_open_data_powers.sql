-- What stood in the open tables when they were last compared with what is public, and the digest of its row. It decides nothing:
-- what is public is decided when somebody reads.
CREATE TABLE open_row (
    record_id INTEGER NOT NULL,
    subject_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (record_id, subject_id)
) STRICT, WITHOUT ROWID;

-- What came into the open tables, changed in them or went on a day; forgotten after a while.
CREATE TABLE open_change (
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    subject_id INTEGER NOT NULL,
    change TEXT NOT NULL,
    PRIMARY KEY (kind, day, record_id, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX open_change_day ON open_change (day);

-- The days on which they were compared, and whether nothing more will be written down for the day.
CREATE TABLE open_day (
    day TEXT PRIMARY KEY NOT NULL,
    compared_at INTEGER NOT NULL,
    closed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- 权力事项目录: editions of what a unit may license and punish. Never changed once released.
CREATE TABLE power_edition (
    id INTEGER PRIMARY KEY NOT NULL,
    unit_id TEXT NOT NULL,
    from_day TEXT NOT NULL,
    note TEXT NOT NULL,
    file_name TEXT,
    state TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    reason TEXT
) STRICT;
CREATE INDEX power_edition_unit ON power_edition (unit_id, from_day);

-- The matters of an edition.
CREATE TABLE power (
    edition_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    basis TEXT NOT NULL,
    from_day TEXT,
    until_day TEXT,
    PRIMARY KEY (edition_id, seq)
) STRICT, WITHOUT ROWID;

-- What a person said about a name on records that stands in no edition: which matter it is, or why it stands in none.
CREATE TABLE power_mapping (
    id INTEGER PRIMARY KEY NOT NULL,
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    note TEXT NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    ended_by TEXT,
    ended_at INTEGER
) STRICT;
CREATE INDEX power_mapping_unit ON power_mapping (unit_id, kind);
