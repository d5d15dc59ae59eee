-- Looks are counted by unit and purpose from one index alone, in the order of the list; and what was said of them is found by when it was said,
-- so that a month is counted without going to each of its looks.
DROP INDEX subject_check_at;
CREATE INDEX subject_check_at ON subject_check (at, number, unit_id, purpose);
CREATE INDEX check_use_at ON check_use (at);

-- An address that somebody has typed and not yet confirmed: nothing but the mail with the link goes there. sealed: the address and the secret of
-- the link. asked: how often on that day, which stays. mail: due, sent, failed. Emptied once it is confirmed, taken back or over; not part of a backup.
CREATE TABLE contact_claim (
    account_id BIGINT PRIMARY KEY NOT NULL,
    sealed BYTEA NOT NULL,
    digest TEXT NOT NULL,
    ends_at BIGINT NOT NULL,
    day TEXT NOT NULL,
    asked BIGINT NOT NULL,
    mail TEXT NOT NULL,
    tries BIGINT NOT NULL
);

-- How many mails with such a link were asked for to one address on a day, whoever asked: by a keyed digest of the address. Forgotten once somebody
-- confirms it, and after the days that are looked back on; not part of a backup.
CREATE TABLE contact_asked (
    blind TEXT NOT NULL,
    day TEXT NOT NULL,
    asked BIGINT NOT NULL,
    PRIMARY KEY (blind, day)
);
