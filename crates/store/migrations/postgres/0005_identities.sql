-- Identities at a provider that signs people in, each of one account. Who somebody is over there may be the number of an identity
-- card: only its blind index is kept.
CREATE TABLE account_identity (
    blind TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (blind)
);
CREATE INDEX account_identity_account ON account_identity (account_id);
