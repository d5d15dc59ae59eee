-- A look lies with its answer. frame: what the law gives of the answer, which is the same for many, by its SM3; empty where said is the whole. said:
-- the rest, a line for each place that the frame leaves open.
CREATE TABLE check_frame (
    digest TEXT PRIMARY KEY NOT NULL,
    text TEXT NOT NULL
);
ALTER TABLE subject_check ADD COLUMN frame TEXT NOT NULL DEFAULT '';
ALTER TABLE subject_check ADD COLUMN said TEXT NOT NULL DEFAULT '';
UPDATE subject_check c SET said = a.answer FROM check_answer a WHERE a.subject_id = c.subject_id AND a.digest = c.digest;
ALTER TABLE subject_check ALTER COLUMN frame DROP DEFAULT;
ALTER TABLE subject_check ALTER COLUMN said DROP DEFAULT;
DROP TABLE check_answer;
DROP INDEX subject_check_subject;

-- Where in the log a word stands: 'o:' with an object, 'a:' with an actor. It follows behind the log, of each stream as far as audit_placed says, so
-- that nobody who writes waits for it; what is not placed yet is read in the log itself. Derived: not part of a backup.
DROP INDEX audit_object;
DROP INDEX audit_actor;
CREATE TABLE audit_place (
    word TEXT NOT NULL,
    at BIGINT NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (word, at, stream, seq)
);
CREATE TABLE audit_placed (
    stream TEXT PRIMARY KEY NOT NULL,
    seq BIGINT NOT NULL
);
CREATE VIEW audit_waiting AS
    SELECT a.stream, a.seq, a.at, a.actor, a.action, a.object, a.outcome, a.detail
    FROM chain_head h LEFT JOIN audit_placed p ON p.stream = h.stream CROSS JOIN audit a
    WHERE h.seq > COALESCE(p.seq, 0) AND a.stream = h.stream AND a.seq > COALESCE(p.seq, 0);
