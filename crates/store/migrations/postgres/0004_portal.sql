-- An organisation code stands inside the unified code: how a subject is found that is asked for by it.
CREATE INDEX subject_organisation ON subject (substr(code, 9, 9)) WHERE code IS NOT NULL;
