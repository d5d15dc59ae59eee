-- Credit reports that were issued: what each said by digests alone, and its signature. The file is set anew from the facts.
-- essence: of what it says without the day; content: of its canonical content; file: of the file with its seal blank.
CREATE TABLE credit_report (
    number TEXT PRIMARY KEY NOT NULL,
    subject_id INTEGER NOT NULL,
    edition TEXT NOT NULL,
    day TEXT NOT NULL,
    at INTEGER NOT NULL,
    address TEXT NOT NULL,
    essence TEXT NOT NULL,
    content TEXT NOT NULL,
    file TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signed_at INTEGER NOT NULL,
    signature TEXT NOT NULL,
    actor TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX credit_report_subject ON credit_report (subject_id, edition, day);
