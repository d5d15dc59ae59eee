-- Where an account is written to, sealed.
CREATE TABLE account_contact (
    account_id BIGINT PRIMARY KEY NOT NULL,
    sealed BYTEA NOT NULL,
    set_at BIGINT NOT NULL
);

-- What somebody is told, in the console and by mail. One of a kind about one thing on one day. mail: none, due, sent, failed.
CREATE TABLE notice (
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    day TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    read_at BIGINT,
    mail TEXT NOT NULL,
    tries BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX notice_once ON notice (account_id, kind, object, day);
CREATE INDEX notice_mail ON notice (id) WHERE mail = 'due';
CREATE INDEX notice_object ON notice (object, kind);
