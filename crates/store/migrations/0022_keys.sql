-- Certificates and OpenPGP keys of those an organisation writes to. A key names its owner, and so does its fingerprint
-- to whoever asks a key server: both are sealed under a key of each row's own, or are keyed tokens.

CREATE TABLE recipient_keys (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), address_token BYTEA NOT NULL,
    kind TEXT NOT NULL, fingerprint_token BYTEA NOT NULL, sealed_key BYTEA NOT NULL, source TEXT NOT NULL,
    standing TEXT NOT NULL, pinned BIGINT NOT NULL, starts_at BIGINT NOT NULL, expires_at BIGINT,
    created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, changed_by TEXT NOT NULL,
    UNIQUE (organisation, address_token, kind, fingerprint_token)
);
CREATE INDEX recipient_keys_by_time ON recipient_keys (organisation, created_at, id);

-- Authorities whose certificates an organisation believes.
CREATE TABLE trust_anchors (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), fingerprint_token BYTEA NOT NULL,
    sealed_certificate BYTEA NOT NULL, expires_at BIGINT NOT NULL, created_at BIGINT NOT NULL, added_by TEXT NOT NULL,
    UNIQUE (organisation, fingerprint_token)
);

-- The organisation's own keys: of one of its addresses, or (without one) its own for copies that it can open itself.
CREATE TABLE own_keys (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), address_token BYTEA,
    kind TEXT NOT NULL, fingerprint_token BYTEA NOT NULL, sealed_key BYTEA NOT NULL, standing TEXT NOT NULL,
    starts_at BIGINT NOT NULL, expires_at BIGINT, created_at BIGINT NOT NULL, changed_by TEXT NOT NULL,
    UNIQUE (organisation, kind, fingerprint_token)
);
CREATE TABLE key_options (
    organisation BYTEA PRIMARY KEY REFERENCES organisations (id), escrow BIGINT NOT NULL
);
