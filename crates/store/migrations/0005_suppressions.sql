-- Suppressions: addresses that get no more mail, by organisation and stream; what counts toward one;
-- each organisation's own thresholds. Triggers: what in a subject or header asks for more protection.
-- Stream options: the method that all mail of a stream asks for.

CREATE TABLE suppressions (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL, stream TEXT NOT NULL, address_token BYTEA NOT NULL,
    sealed_address BYTEA NOT NULL, reason TEXT NOT NULL, source TEXT NOT NULL, evidence BYTEA, actor TEXT NOT NULL,
    created_at BIGINT NOT NULL, expires_at BIGINT, lifted_at BIGINT, lifted_by TEXT, lifted_because TEXT
);
CREATE INDEX suppressions_by_address ON suppressions (organisation, address_token, stream) WHERE lifted_at IS NULL;
CREATE INDEX suppressions_by_time ON suppressions (organisation, created_at, id);
CREATE TABLE suppression_strikes (
    organisation BYTEA NOT NULL, stream TEXT NOT NULL, address_token BYTEA NOT NULL, reason TEXT NOT NULL,
    strikes BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, stream, address_token, reason)
);
CREATE TABLE suppression_rules (
    organisation BYTEA NOT NULL, reason TEXT NOT NULL, strikes BIGINT NOT NULL, keep_days BIGINT,
    PRIMARY KEY (organisation, reason)
);
CREATE TABLE triggers (
    organisation BYTEA NOT NULL, place TEXT NOT NULL, name TEXT NOT NULL, word TEXT NOT NULL, method TEXT NOT NULL,
    created_at BIGINT NOT NULL, PRIMARY KEY (organisation, place, name, word)
);
CREATE TABLE stream_options (
    organisation BYTEA NOT NULL, stream TEXT NOT NULL, method TEXT NOT NULL, PRIMARY KEY (organisation, stream)
);
ALTER TABLE attempts ADD COLUMN class TEXT;
