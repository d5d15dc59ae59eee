-- An objection (异议) of a subject to one record, by its agent or at the window. subject_id, record_id: the record; claimant_id: the
-- subject that objects. once: the form it was sent from. sealed: what is said, and who came to the window. statement: the subject's own
-- words, which everybody reads beside the record while it is open, unless the office refused them (statement_state). answer_by: the last
-- day on which the record is in view without an answer, none while that day is not known. notice: labels of what was corrected, as JSON.
CREATE TABLE objection (
    id INTEGER PRIMARY KEY NOT NULL,
    once TEXT NOT NULL UNIQUE,
    claimant_id INTEGER NOT NULL,
    subject_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ground TEXT NOT NULL,
    sealed BLOB NOT NULL,
    statement TEXT NOT NULL,
    way TEXT NOT NULL,
    account_id INTEGER,
    filed_on TEXT NOT NULL,
    filed_at INTEGER NOT NULL,
    filed_by TEXT NOT NULL,
    law_edition TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    statement_state TEXT NOT NULL,
    answer_by TEXT,
    withheld_on TEXT,
    answered_on TEXT,
    outcome TEXT,
    corrected_on TEXT,
    notice TEXT,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX objection_open ON objection (record_id, subject_id) WHERE stage IN ('filed', 'forwarded', 'upheld');
CREATE INDEX objection_record ON objection (record_id, subject_id);
CREATE INDEX objection_claimant ON objection (claimant_id, id);
CREATE INDEX objection_stage ON objection (stage, filed_on, id);
CREATE INDEX objection_corrected ON objection (corrected_on, id) WHERE corrected_on IS NOT NULL;

-- What was handed in, kept sealed among the uploads.
CREATE TABLE objection_material (
    objection_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    file_digest TEXT NOT NULL,
    file_type TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    PRIMARY KEY (objection_id, seq)
) STRICT, WITHOUT ROWID;

-- What happened to it, append-only, chained by hash. detail: what an answer orders, what a correction touched.
CREATE TABLE objection_step (
    objection_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    event TEXT NOT NULL,
    stage TEXT NOT NULL,
    on_day TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (objection_id, seq)
) STRICT, WITHOUT ROWID;

-- Which places show a corrected record as it is now, or not at all.
CREATE TABLE objection_receipt (
    objection_id INTEGER NOT NULL,
    place TEXT NOT NULL,
    confirmed_at INTEGER,
    confirmed_by TEXT,
    evidence TEXT,
    PRIMARY KEY (objection_id, place)
) STRICT, WITHOUT ROWID;
