-- What was answered to a check, once however often it was asked: canonical JSON by its SM3.
CREATE TABLE check_answer (
    subject_id BIGINT NOT NULL,
    digest TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (subject_id, digest)
);

-- Who asked, when, for what, on which basis: the numbered look. as_of: the instant up to which the data were known.
CREATE TABLE subject_check (
    number TEXT PRIMARY KEY NOT NULL,
    subject_id BIGINT NOT NULL,
    unit_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    way TEXT NOT NULL,
    purpose TEXT NOT NULL,
    basis TEXT NOT NULL,
    reference TEXT NOT NULL,
    day TEXT NOT NULL,
    at BIGINT NOT NULL,
    law TEXT NOT NULL,
    digest TEXT NOT NULL
);
CREATE INDEX subject_check_subject ON subject_check (subject_id, at);
CREATE INDEX subject_check_unit ON subject_check (unit_id, at);
CREATE INDEX subject_check_at ON subject_check (at);

-- What use was made of an answer, entered by a person. Nothing is overwritten: the last entry counts.
CREATE TABLE check_use (
    number TEXT NOT NULL,
    seq BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    measures TEXT NOT NULL,
    note TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (number, seq)
);

-- A window that another system opens once: by the SM3 of its token.
CREATE TABLE check_link (
    digest TEXT PRIMARY KEY NOT NULL,
    subject_id BIGINT NOT NULL,
    unit_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    purpose TEXT NOT NULL,
    basis TEXT NOT NULL,
    reference TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    number TEXT
);

-- A list of subjects that is checked row by row: where it stands, and each row's number or what is wrong with it.
CREATE TABLE check_sheet (
    id BIGINT PRIMARY KEY NOT NULL,
    unit_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    purpose TEXT NOT NULL,
    basis TEXT NOT NULL,
    reference TEXT NOT NULL,
    file_name TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    done BIGINT NOT NULL,
    finished_at BIGINT,
    refusal TEXT
);
CREATE INDEX check_sheet_unit ON check_sheet (unit_id, received_at);
CREATE TABLE check_row (
    sheet_id BIGINT NOT NULL,
    row BIGINT NOT NULL,
    number TEXT,
    problem TEXT,
    message TEXT,
    PRIMARY KEY (sheet_id, row)
);
