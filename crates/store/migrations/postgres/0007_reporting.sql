-- How many records of a unit arrived for each day of decision on which day: what timeliness is counted from, whatever the calendar
-- and the law say later. Kept with the records, in the same transactions.
CREATE TABLE arrival (
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    decided_on TEXT NOT NULL,
    received_on TEXT NOT NULL,
    records BIGINT NOT NULL,
    PRIMARY KEY (unit_id, kind, decided_on, received_on)
);
CREATE INDEX arrival_decided ON arrival (decided_on);
INSERT INTO arrival (unit_id, kind, decided_on, received_on, records)
    SELECT r.unit_id, r.kind, r.decided_on, to_char(to_timestamp(b.received_at / 1000 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM-DD'), COUNT(*)
    FROM record r
    JOIN record_version v ON v.record_id = r.id AND v.version = 1 AND v.subject_id = r.subject_id
    JOIN batch b ON b.id = v.batch_id
    GROUP BY 1, 2, 3, 4;

-- The numbers of decisions that are here, by series. Without a series: year and serial 0, the whole number as the series.
CREATE TABLE document_number (
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    year BIGINT NOT NULL,
    series TEXT NOT NULL,
    serial BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    decided_on TEXT NOT NULL,
    PRIMARY KEY (unit_id, kind, year, series, serial, record_id)
);
-- Where numbers are missing, by series, as JSON; counted when somebody asks and something came since (touched <> counted).
CREATE TABLE number_series (
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    year BIGINT NOT NULL,
    series TEXT NOT NULL,
    touched BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    gaps TEXT NOT NULL,
    PRIMARY KEY (unit_id, kind, year, series)
);

-- Which number belongs where is read by the program, at its next opening.
INSERT INTO meta (key, value) SELECT 'numbers_stale', '1' WHERE EXISTS (SELECT 1 FROM record);

-- Why a number that is missing in a series is no missing report. Never changed; ended by whoever takes it back.
CREATE TABLE gap_explanation (
    id BIGINT PRIMARY KEY NOT NULL,
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    series TEXT NOT NULL,
    year BIGINT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT
);
CREATE INDEX gap_explanation_unit ON gap_explanation (unit_id, kind, year);

-- How many decisions a unit declares to have made in a month, signed; the newest counts.
CREATE TABLE declared_count (
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    month TEXT NOT NULL,
    seq BIGINT NOT NULL,
    records BIGINT NOT NULL,
    note TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (unit_id, kind, month, seq)
);

-- Decisions that another source knows. No party stands here.
CREATE TABLE known_decision (
    id BIGINT PRIMARY KEY NOT NULL,
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    year BIGINT NOT NULL,
    series TEXT NOT NULL,
    serial BIGINT NOT NULL,
    decided_on TEXT NOT NULL,
    source TEXT NOT NULL,
    note TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    reminded_on TEXT,
    reminded_by TEXT,
    closed_reason TEXT,
    closed_by TEXT,
    closed_at BIGINT
);
CREATE UNIQUE INDEX known_decision_number ON known_decision (unit_id, kind, year, series, serial, source);

-- Days on which the platform did not take files: who was late because of it was not late.
CREATE TABLE outage (
    id BIGINT PRIMARY KEY NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT
);

-- Bulletins that were issued, with the figures as they stood.
CREATE TABLE bulletin (
    month TEXT NOT NULL,
    seq BIGINT NOT NULL,
    number TEXT NOT NULL,
    figures TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (month, seq)
);
