-- A look lies with its answer in the order in which it came. frame: what the law gives of the answer, which is the same for many, by its SM3; empty
-- where said is the whole. said: the rest, a line for each place that the frame leaves open.
CREATE TABLE check_frame (
    digest TEXT PRIMARY KEY NOT NULL,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE look (
    number TEXT PRIMARY KEY NOT NULL,
    subject_id INTEGER NOT NULL,
    unit_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    way TEXT NOT NULL,
    purpose TEXT NOT NULL,
    basis TEXT NOT NULL,
    reference TEXT NOT NULL,
    day TEXT NOT NULL,
    at INTEGER NOT NULL,
    law TEXT NOT NULL,
    digest TEXT NOT NULL,
    frame TEXT NOT NULL,
    said TEXT NOT NULL
) STRICT;
INSERT INTO look SELECT c.number, c.subject_id, c.unit_id, c.actor, c.way, c.purpose, c.basis, c.reference, c.day, c.at, c.law, c.digest, '',
    COALESCE((SELECT a.answer FROM check_answer a WHERE a.subject_id = c.subject_id AND a.digest = c.digest), '')
    FROM subject_check c;
DROP TABLE subject_check;
DROP TABLE check_answer;
ALTER TABLE look RENAME TO subject_check;
CREATE INDEX subject_check_unit ON subject_check (unit_id, at);
CREATE INDEX subject_check_at ON subject_check (at, number, unit_id, purpose);

-- Where in the log a word stands: 'o:' with an object, 'a:' with an actor. It follows behind the log, of each stream as far as audit_placed says, so
-- that nobody who writes waits for it; what is not placed yet is read in the log itself. Derived: not part of a backup.
DROP INDEX audit_object;
DROP INDEX audit_actor;
CREATE TABLE audit_place (
    word TEXT NOT NULL,
    at INTEGER NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (word, at, stream, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE audit_placed (
    stream TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE VIEW audit_waiting AS
    SELECT a.stream, a.seq, a.at, a.actor, a.action, a.object, a.outcome, a.detail
    FROM chain_head h LEFT JOIN audit_placed p ON p.stream = h.stream CROSS JOIN audit a
    WHERE h.seq > COALESCE(p.seq, 0) AND a.stream = h.stream AND a.seq > COALESCE(p.seq, 0);
