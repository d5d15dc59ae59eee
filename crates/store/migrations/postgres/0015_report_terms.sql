-- On what terms a report was issued, beside its row in credit_report: for which unit, purpose and basis; for which span; and by which
-- signed head of the record of publication its proofs go (size 0: none was there). Days are empty where a report has no span. A report
-- that was issued before has no row here.
CREATE TABLE credit_report_terms (
    number TEXT PRIMARY KEY NOT NULL,
    unit_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    basis TEXT NOT NULL,
    span_from TEXT,
    span_until TEXT,
    head_size BIGINT NOT NULL,
    head_key TEXT NOT NULL
);
CREATE INDEX credit_report_key ON credit_report (key_id, at);
