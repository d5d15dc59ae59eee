-- What waits is asked for by unit: what comes to one unit neither hides nor counts against what comes to another.
CREATE INDEX error_report_unit ON error_report (unit_id, state, received_on, id);
CREATE INDEX correction_unit ON correction (unit_id, state, known_on, id);
CREATE INDEX subject_judgement_undo ON subject_judgement (id) WHERE state = 'confirmed' AND undo_by IS NOT NULL;
