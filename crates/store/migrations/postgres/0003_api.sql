-- Keys of machines; only the SM3 of what is sent is kept, so that a copy of the database opens nothing.
CREATE TABLE api_key (
    id BIGINT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    expires_on TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT
);

-- How much a key was used, by day.
CREATE TABLE api_usage (
    key_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    requests BIGINT NOT NULL,
    refusals BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (key_id, day)
);

-- What a write under an idempotency key was and what it was answered; without an answer while it is under way.
CREATE TABLE api_write (
    key_id BIGINT NOT NULL,
    idempotency TEXT NOT NULL,
    digest TEXT NOT NULL,
    at BIGINT NOT NULL,
    answer TEXT,
    PRIMARY KEY (key_id, idempotency)
);

-- The order in which the change feed is read.
CREATE INDEX publication_event_at ON publication_event (at, record_id, seq);
