-- A unit follows a subject on a legal basis until a day. What changes is told to it; what happened before is not. ended_*: before its day, by
-- a person. lapsed_at: when the job wrote down that the day has passed; nothing depends on it.
CREATE TABLE enrolment (
    id BIGINT PRIMARY KEY NOT NULL,
    unit_id TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    basis TEXT NOT NULL,
    purpose TEXT NOT NULL,
    until_day TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    end_reason TEXT,
    lapsed_at BIGINT
);
CREATE INDEX enrolment_unit ON enrolment (unit_id, id);
CREATE INDEX enrolment_subject ON enrolment (subject_id, made_at);
CREATE INDEX enrolment_open ON enrolment (until_day, id) WHERE ended_at IS NULL AND lapsed_at IS NULL;

-- Where the changes are sent for a key, one address a key.
CREATE TABLE hook (
    key_id BIGINT PRIMARY KEY NOT NULL,
    address TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

-- How far the changes of an enrolment have been made into deliveries for a key.
CREATE TABLE hook_place (
    key_id BIGINT NOT NULL,
    enrolment_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (key_id, enrolment_id)
);

-- One change on its way to one key, and its receipt. what: what was said when it was sent last. status: how it was answered last, 0 for not
-- at all. digest: the SM3 of what was sent.
CREATE TABLE hook_delivery (
    id BIGINT PRIMARY KEY NOT NULL,
    key_id BIGINT NOT NULL,
    enrolment_id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    event TEXT NOT NULL,
    event_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    what TEXT,
    status BIGINT,
    digest TEXT,
    done_at BIGINT,
    UNIQUE (key_id, enrolment_id, event_at, record_id, seq)
);
CREATE INDEX hook_delivery_due ON hook_delivery (next_at, id) WHERE state = 'waiting';
CREATE INDEX hook_delivery_enrolment ON hook_delivery (enrolment_id, id);
