-- Who came to the window with an objection, sealed and erased when its days are over; the first step of the objection names the digest of what is
-- sealed, so that erasing breaks no chain. relation: for a natural person who is named in the record and objects in their own right, the claimant
-- of the objection is 0 then; none for who came for the subject. found: whether a field of the record holds the name as a whole. attested_by: the second
-- person who looked at it; until then the words of such a person are kept back (statement_state 'held' of the objection).
CREATE TABLE objection_visitor (
    objection_id BIGINT PRIMARY KEY NOT NULL,
    sealed BYTEA,
    digest TEXT NOT NULL,
    relation TEXT,
    found BIGINT NOT NULL,
    attested_by TEXT
);

-- The SM3 of the canonical text of an edition of a matter, as it was when a second person released it.
CREATE TABLE commitment_matter_digest (
    matter_id BIGINT PRIMARY KEY NOT NULL,
    digest TEXT NOT NULL
);
