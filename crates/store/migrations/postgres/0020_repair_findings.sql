-- For which records of an application a file was handed in: only who works on one of them opens it. A file of an application made before
-- has no line, and belongs to all of them.
CREATE TABLE repair_material_item (
    application_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    PRIMARY KEY (application_id, seq, item_id)
);

-- What goes with a step that refuses, or that is entered for another: the ground, what the subject can do now, how it objects; the unit for
-- which somebody else entered the step. It is a part of the step and goes into its hash.
CREATE TABLE repair_step_note (
    item_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    ground TEXT NOT NULL,
    way_on TEXT NOT NULL,
    objection TEXT NOT NULL,
    behalf TEXT NOT NULL,
    PRIMARY KEY (item_id, seq)
);
CREATE INDEX repair_step_note_ground ON repair_step_note (ground) WHERE ground <> '';

-- What the unit's own records say about the duties of a decision: paid, corrected, accepted after inspection; or that such a note was wrong
-- (takes_back: its number). Append-only, chained by hash per record.
CREATE TABLE record_duty (
    subject_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    what TEXT NOT NULL,
    done_on TEXT NOT NULL,
    document TEXT NOT NULL,
    takes_back BIGINT,
    unit_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (record_id, subject_id, seq)
);

-- False materials or a breach of the commitment in a repair: proposed by one, decided by another. bar_until: the last day of the bar, where a
-- verified rule gives its length. restored: the version with which the record stands again.
CREATE TABLE repair_finding (
    id BIGINT PRIMARY KEY NOT NULL,
    item_id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    what TEXT NOT NULL,
    basis TEXT NOT NULL,
    document TEXT NOT NULL,
    reason TEXT NOT NULL,
    restore BIGINT NOT NULL,
    unit_id TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    decided_on TEXT,
    decision TEXT,
    bar_until TEXT,
    restored BIGINT,
    hash TEXT NOT NULL
);
CREATE INDEX repair_finding_item ON repair_finding (item_id);
CREATE INDEX repair_finding_subject ON repair_finding (subject_id, state);
CREATE UNIQUE INDEX repair_finding_open ON repair_finding (item_id) WHERE state = 'open';

-- A record that is shielded for a time by a court's ruling on a reorganisation or settlement: proposed by one, decided by another, lifted by
-- two. Its receipts stand among those of repairs under its id. lift_kind: ended, the record stands again; performed, it stays down for good.
CREATE TABLE repair_shield (
    id BIGINT PRIMARY KEY NOT NULL,
    subject_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    unit_id TEXT NOT NULL,
    court TEXT NOT NULL,
    ruling TEXT NOT NULL,
    ruled_on TEXT NOT NULL,
    until_day TEXT,
    file_digest TEXT NOT NULL,
    file_type TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    decided_on TEXT,
    decision TEXT,
    lift_kind TEXT,
    lift_reason TEXT,
    lift_document TEXT,
    lift_by TEXT,
    lift_at BIGINT,
    lifted_by TEXT,
    lifted_at BIGINT,
    lifted_on TEXT,
    restored BIGINT,
    hash TEXT NOT NULL
);
CREATE INDEX repair_shield_record ON repair_shield (record_id, subject_id);
CREATE INDEX repair_shield_state ON repair_shield (state, id);
CREATE UNIQUE INDEX repair_shield_pending ON repair_shield (record_id, subject_id) WHERE state IN ('open', 'active');

-- What was proposed to lift a shield and was declined, with the reason. Append-only.
CREATE TABLE repair_shield_lift (
    shield_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    lift_kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    declined_by TEXT NOT NULL,
    declined_at BIGINT NOT NULL,
    declined_reason TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (shield_id, seq)
);

CREATE INDEX repair_item_unit ON repair_item (unit_id, stage, applied_on, id);
