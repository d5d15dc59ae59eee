-- Where an account is written to, sealed.
CREATE TABLE account_contact (
    account_id INTEGER PRIMARY KEY NOT NULL,
    sealed BLOB NOT NULL,
    set_at INTEGER NOT NULL
) STRICT;

-- What somebody is told, in the console and by mail. One of a kind about one thing on one day. mail: none, due, sent, failed.
CREATE TABLE notice (
    id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    day TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    read_at INTEGER,
    mail TEXT NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX notice_once ON notice (account_id, kind, object, day);
CREATE INDEX notice_mail ON notice (id) WHERE mail = 'due';
CREATE INDEX notice_object ON notice (object, kind);
