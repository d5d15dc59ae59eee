-- Who acts for a subject: name, telephone and identity number, sealed; who it is is found by blind index only.
CREATE TABLE agent_person (
    account_id BIGINT PRIMARY KEY NOT NULL,
    blind TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    set_at BIGINT NOT NULL
);
CREATE INDEX agent_person_blind ON agent_person (blind);

-- A person acts for a subject, or asks to. state: waiting, active, refused, taken-back, ended. replaces: whether those who act until
-- now end with it. The file is the statement of authority.
CREATE TABLE mandate (
    id BIGINT PRIMARY KEY NOT NULL,
    account_id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    replaces BIGINT NOT NULL,
    file_digest TEXT,
    file_type TEXT,
    applied_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    reason TEXT,
    ended_by TEXT,
    ended_at BIGINT,
    ended_reason TEXT
);
CREATE UNIQUE INDEX mandate_live ON mandate (account_id, subject_id) WHERE state IN ('waiting', 'active');
CREATE INDEX mandate_subject ON mandate (subject_id, state);
CREATE INDEX mandate_state ON mandate (state, applied_at);
