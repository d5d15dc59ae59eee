-- What the public says is wrong with a record. What is said, and how to reach whoever said it, are sealed; the latter is erased some
-- days after the answer. once: the form it was sent from, so that a form sent twice is one report.
CREATE TABLE error_report (
    id BIGINT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    once TEXT NOT NULL UNIQUE,
    subject_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    unit_id TEXT NOT NULL,
    ground TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    contact BYTEA,
    received_on TEXT NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL,
    taken_by TEXT,
    taken_at BIGINT,
    answer TEXT,
    answered_by TEXT,
    answered_at BIGINT,
    answered_on TEXT,
    corrected_version BIGINT
);
CREATE INDEX error_report_state ON error_report (state, received_on, id);
CREATE INDEX error_report_record ON error_report (record_id, subject_id);
CREATE INDEX error_report_contact ON error_report (answered_on) WHERE contact IS NOT NULL;

-- What changes a record otherwise than by its unit's files: corrected or revoked by its own organ, changed or revoked by a court or
-- upon reconsideration. One person enters it, a second confirms. sealed: the fields that change, none for what takes it down.
CREATE TABLE correction (
    id BIGINT PRIMARY KEY NOT NULL,
    subject_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    unit_id TEXT NOT NULL,
    event TEXT NOT NULL,
    document TEXT NOT NULL,
    document_on TEXT NOT NULL,
    known_on TEXT NOT NULL,
    reason TEXT NOT NULL,
    sealed BYTEA,
    file_name TEXT,
    file_digest TEXT,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    decided_on TEXT,
    decline_reason TEXT,
    result_version BIGINT
);
CREATE UNIQUE INDEX correction_open ON correction (record_id, subject_id) WHERE state = 'open';
CREATE INDEX correction_state ON correction (state, known_on, id);
CREATE INDEX correction_record ON correction (record_id, subject_id);

-- What two persons found about subjects: that one entry is another firm's ('same': what is under from_id is shown under to_id), or
-- that it is not ('different': the records named beside are shown under to_id). Nothing is moved; reads follow what stands here.
CREATE TABLE subject_judgement (
    id BIGINT PRIMARY KEY NOT NULL,
    finding TEXT NOT NULL,
    from_id BIGINT NOT NULL,
    to_id BIGINT NOT NULL,
    basis TEXT NOT NULL,
    document TEXT NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    decline_reason TEXT,
    undo_reason TEXT,
    undo_by TEXT,
    undo_at BIGINT,
    undone_by TEXT,
    undone_at BIGINT,
    hash TEXT NOT NULL
);
CREATE UNIQUE INDEX subject_judgement_from ON subject_judgement (from_id) WHERE finding = 'same' AND state = 'confirmed';
CREATE INDEX subject_judgement_to ON subject_judgement (to_id) WHERE finding = 'same' AND state = 'confirmed';
CREATE INDEX subject_judgement_state ON subject_judgement (state, id);

-- The records that a judgement gives to another subject; counts is 1 while the judgement holds.
CREATE TABLE judged_record (
    judgement_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    to_id BIGINT NOT NULL,
    counts BIGINT NOT NULL,
    PRIMARY KEY (judgement_id, record_id, subject_id)
);
CREATE UNIQUE INDEX judged_record_counts ON judged_record (record_id, subject_id) WHERE counts = 1;
CREATE INDEX judged_record_to ON judged_record (to_id) WHERE counts = 1;
