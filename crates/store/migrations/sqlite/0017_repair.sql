-- An application for repair (信用修复), by an agent of the subject on its own pages or at the window. It names one record or several; each
-- goes its own way. once: the form it was sent from, so that a form sent twice is one application. sealed: who came to the window. commitment:
-- SM3 of the text that was signed, none where nobody signed.
CREATE TABLE repair_application (
    id INTEGER PRIMARY KEY NOT NULL,
    once TEXT NOT NULL UNIQUE,
    subject_id INTEGER NOT NULL,
    way TEXT NOT NULL,
    account_id INTEGER,
    sealed BLOB,
    commitment TEXT,
    applied_on TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    applied_by TEXT NOT NULL
) STRICT;
CREATE INDEX repair_application_subject ON repair_application (subject_id, id);

-- What was handed in, kept sealed among the uploads.
CREATE TABLE repair_material (
    application_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    material TEXT NOT NULL,
    file_digest TEXT NOT NULL,
    file_type TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    PRIMARY KEY (application_id, seq)
) STRICT, WITHOUT ROWID;

-- One record of an application: where it stands, and the newest link of its steps. rules: what the rule said on the day of the
-- application, as JSON with its citations.
CREATE TABLE repair_item (
    id INTEGER PRIMARY KEY NOT NULL,
    application_id INTEGER NOT NULL,
    subject_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    entry TEXT NOT NULL,
    rules TEXT NOT NULL,
    law_edition TEXT NOT NULL,
    stage TEXT NOT NULL,
    applied_on TEXT NOT NULL,
    supplied_on TEXT,
    granted_on TEXT,
    extended_days INTEGER,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX repair_item_pending ON repair_item (record_id, subject_id)
    WHERE stage IN ('applied', 'supplement', 'supplied', 'accepted', 'extended', 'reviewed', 'forwarded');
CREATE INDEX repair_item_record ON repair_item (record_id, subject_id);
CREATE INDEX repair_item_application ON repair_item (application_id, id);
CREATE INDEX repair_item_subject ON repair_item (subject_id, id);
CREATE INDEX repair_item_stage ON repair_item (stage, applied_on, id);

-- What happened to it, append-only, chained by hash per item.
CREATE TABLE repair_step (
    item_id INTEGER NOT NULL,
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
    PRIMARY KEY (item_id, seq)
) STRICT, WITHOUT ROWID;

-- Which places have stopped publishing, sharing and using a repaired record.
CREATE TABLE repair_receipt (
    item_id INTEGER NOT NULL,
    place TEXT NOT NULL,
    confirmed_at INTEGER,
    confirmed_by TEXT,
    evidence TEXT,
    PRIMARY KEY (item_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX repair_receipt_open ON repair_receipt (item_id) WHERE confirmed_at IS NULL;
