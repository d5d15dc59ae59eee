-- What is kept of an account beside the account: whether its password must be changed, its second factor (sealed).
CREATE TABLE account_security (
    account_id INTEGER PRIMARY KEY NOT NULL,
    must_change INTEGER NOT NULL,
    password_at INTEGER,
    pending BLOB,
    factor BLOB,
    factor_since INTEGER,
    factor_step INTEGER NOT NULL
) STRICT;

-- Codes that stand in for the second factor, as keyed digests; each is good once.
CREATE TABLE recovery_code (
    account_id INTEGER NOT NULL,
    digest TEXT NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (account_id, digest)
) STRICT, WITHOUT ROWID;

-- Since when a session lasts, when it was last used, with what kind of browser.
ALTER TABLE session ADD COLUMN began_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- What somebody had filled in when the session ran out, sealed, for a short while; the id is the SM3 of the browser's token.
CREATE TABLE held_form (
    id TEXT PRIMARY KEY NOT NULL,
    account_id INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX held_form_account ON held_form (account_id, expires_at);

-- History of units, append-only, chained by hash per unit.
CREATE TABLE unit_version (
    unit_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    code TEXT,
    settings TEXT NOT NULL,
    active INTEGER NOT NULL,
    on_day TEXT NOT NULL,
    change TEXT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT NOT NULL,
    actor TEXT NOT NULL,
    known_at INTEGER NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (unit_id, version)
) STRICT, WITHOUT ROWID;

-- Which unit took over from which, from which day on.
CREATE TABLE unit_successor (
    unit_id TEXT NOT NULL,
    successor_id TEXT NOT NULL,
    on_day TEXT NOT NULL,
    change TEXT NOT NULL,
    PRIMARY KEY (unit_id, successor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_successor_of ON unit_successor (successor_id);

-- Entries of the law that one person proposed to confirm, with the text; a second person decides.
CREATE TABLE law_proposal (
    id INTEGER PRIMARY KEY NOT NULL,
    parameter TEXT NOT NULL,
    from_day TEXT NOT NULL,
    value TEXT NOT NULL,
    text TEXT NOT NULL,
    file_digest TEXT,
    file_name TEXT,
    proposed_by TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    reason TEXT,
    confirmation_id INTEGER
) STRICT;

-- Confirmations that one of the two persons took back.
CREATE TABLE law_withdrawal (
    confirmation_id INTEGER PRIMARY KEY NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_actor ON audit (actor, at);
CREATE INDEX audit_action ON audit (action, at);
