-- The county's signing keys. The private half is sealed by the key file and empty for a key that lives in a device; instants are
-- milliseconds since 1970. `newest_at` is the time of the newest signature: none is made before it.
CREATE TABLE signing_key (
    id TEXT PRIMARY KEY NOT NULL,
    public TEXT NOT NULL,
    sealed BYTEA,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    newest_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_since BIGINT,
    revoked_by TEXT,
    revoked_reason TEXT
);

-- What happened in public and is not in the record of publication yet. Written with the event, taken out with the leaf.
CREATE TABLE publication_queue (
    at BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    kept BIGINT NOT NULL,
    PRIMARY KEY (at, record_id, seq, subject_id)
);
CREATE INDEX publication_queue_record ON publication_queue (record_id, subject_id);

-- The record of publication: commitments in their order, and the hashes of the complete subtrees above them.
CREATE TABLE publication_leaf (
    place BIGINT PRIMARY KEY NOT NULL,
    commitment BYTEA NOT NULL
);
CREATE TABLE publication_node (
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, place)
);

-- What opens a leaf: which state of a record, which of its fields, and the salt, sealed. Gone, the leaf says nothing any more.
CREATE TABLE publication_opening (
    record_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    place BIGINT NOT NULL,
    form TEXT NOT NULL,
    salt BYTEA NOT NULL,
    PRIMARY KEY (record_id, seq, subject_id)
);
-- Lists of fields that were public together, under the digest of the list.
CREATE TABLE publication_form (
    id TEXT PRIMARY KEY NOT NULL,
    fields TEXT NOT NULL
);

-- Signed heads of the tree.
CREATE TABLE tree_head (
    size BIGINT NOT NULL,
    key_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    root TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (size, key_id)
);

INSERT INTO meta (key, value) VALUES ('publication_size', '0');
-- What was published before goes in as it stood then, in its order, by the job that fills the tree.
INSERT INTO publication_queue (at, record_id, seq, subject_id, version, kept)
    SELECT e.at, e.record_id, e.seq, e.subject_id,
        COALESCE((SELECT MAX(v.version) FROM record_version v
            WHERE v.record_id = e.record_id AND v.subject_id = e.subject_id AND v.known_at <= e.at), 1), 1
    FROM publication_event e;
