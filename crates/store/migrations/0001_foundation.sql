-- Foundation: organisations, people, messages and their way, portal, audit log.
-- One text for both engines (see dialect.rs). Times are microseconds, ids 16 bytes, booleans 0/1.
-- Columns named sealed_* and wrapped_* are AES-256-GCM under a key of the vault; *_token columns
-- are keyed HMACs; nothing else may hold a word of a message or an address of a recipient.

CREATE TABLE organisations (
    id BYTEA PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL, language TEXT NOT NULL,
    portal_on BIGINT NOT NULL, sealed_ledger_seed BYTEA NOT NULL, ledger_verifier TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE organisation_keys (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), position BIGINT NOT NULL,
    wrapped_key BYTEA NOT NULL, root_fingerprint TEXT NOT NULL, created_at BIGINT NOT NULL,
    UNIQUE (organisation, position)
);
CREATE TABLE domains (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE TABLE dkim_keys (
    domain BYTEA NOT NULL REFERENCES domains (id), organisation BYTEA NOT NULL, selector TEXT NOT NULL,
    algorithm TEXT NOT NULL, sealed_key BYTEA NOT NULL, record TEXT NOT NULL, active BIGINT NOT NULL,
    created_at BIGINT NOT NULL, PRIMARY KEY (domain, selector)
);
CREATE TABLE users (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id),
    email_token BYTEA NOT NULL UNIQUE, sealed_profile BYTEA NOT NULL, password_hash TEXT NOT NULL,
    sealed_totp BYTEA, totp_step BIGINT NOT NULL, roles TEXT NOT NULL, active BIGINT NOT NULL,
    failures BIGINT NOT NULL, locked_until BIGINT, created_at BIGINT NOT NULL
);
CREATE TABLE sessions (
    id BYTEA PRIMARY KEY, token_hash BYTEA NOT NULL UNIQUE, person BYTEA NOT NULL REFERENCES users (id),
    organisation BYTEA NOT NULL, stage TEXT NOT NULL, created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE TABLE apps (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), name TEXT NOT NULL,
    scopes TEXT NOT NULL, senders TEXT NOT NULL, basic_allowed BIGINT NOT NULL, active BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE api_keys (
    id BYTEA PRIMARY KEY, app BYTEA NOT NULL REFERENCES apps (id), organisation BYTEA NOT NULL, mode TEXT NOT NULL,
    secret_hash BYTEA NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT, last_used_at BIGINT, revoked_at BIGINT
);

CREATE TABLE item_keys (
    item BYTEA PRIMARY KEY, organisation BYTEA NOT NULL, version BYTEA NOT NULL, wrapped_key BYTEA NOT NULL
);
CREATE INDEX item_keys_by_version ON item_keys (version);
CREATE TABLE messages (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL, thread BYTEA NOT NULL, actor TEXT NOT NULL,
    origin TEXT NOT NULL, mode TEXT NOT NULL, stream TEXT NOT NULL, purpose TEXT NOT NULL, priority BIGINT NOT NULL,
    sealed_envelope BYTEA NOT NULL, content BYTEA NOT NULL, octets BIGINT NOT NULL,
    content_sha256 BYTEA NOT NULL, attachments BIGINT NOT NULL, findings TEXT NOT NULL, level TEXT NOT NULL,
    stage TEXT NOT NULL, send_at BIGINT, created_at BIGINT NOT NULL
);
CREATE INDEX messages_by_time ON messages (organisation, created_at, id);
CREATE INDEX messages_by_thread ON messages (thread, created_at);
CREATE INDEX messages_unsealed ON messages (created_at) WHERE stage = 'decided';
CREATE TABLE recipients (
    id BYTEA PRIMARY KEY, message BYTEA NOT NULL REFERENCES messages (id), organisation BYTEA NOT NULL,
    position BIGINT NOT NULL, kind TEXT NOT NULL, address_token BYTEA NOT NULL, sealed_address BYTEA NOT NULL,
    method TEXT NOT NULL, demand TEXT NOT NULL, below TEXT, neutral_subject BIGINT NOT NULL, trace TEXT NOT NULL,
    state TEXT NOT NULL, state_at BIGINT NOT NULL, notify TEXT NOT NULL
);
CREATE INDEX recipients_by_message ON recipients (message, position);
CREATE INDEX recipients_by_state ON recipients (organisation, state);
CREATE INDEX recipients_by_address ON recipients (organisation, address_token);
CREATE TABLE blobs (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL, octets BIGINT NOT NULL, sealed_bytes BYTEA,
    created_at BIGINT NOT NULL
);
CREATE TABLE sealed (
    id BYTEA PRIMARY KEY, message BYTEA NOT NULL REFERENCES messages (id), organisation BYTEA NOT NULL,
    method TEXT NOT NULL, sealed_head BYTEA NOT NULL, content BYTEA, sent_sha256 BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX sealed_by_message ON sealed (message);
CREATE TABLE deliveries (
    id BYTEA PRIMARY KEY, sealed BYTEA NOT NULL REFERENCES sealed (id), message BYTEA NOT NULL,
    recipient BYTEA NOT NULL REFERENCES recipients (id), organisation BYTEA NOT NULL, role TEXT NOT NULL,
    sealed_route BYTEA NOT NULL, demand TEXT NOT NULL, stream TEXT NOT NULL, priority BIGINT NOT NULL,
    state TEXT NOT NULL, due_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, attempts BIGINT NOT NULL,
    fence BIGINT NOT NULL, node BYTEA, created_at BIGINT NOT NULL
);
CREATE INDEX deliveries_open ON deliveries (due_at) WHERE state <> 'settled';
CREATE INDEX deliveries_by_message ON deliveries (message);
CREATE TABLE nodes (
    id BYTEA PRIMARY KEY, started_at BIGINT NOT NULL, seen_at BIGINT NOT NULL
);
CREATE TABLE attempts (
    id BYTEA PRIMARY KEY, delivery BYTEA NOT NULL, recipient BYTEA NOT NULL, message BYTEA NOT NULL,
    organisation BYTEA NOT NULL, number BIGINT NOT NULL, outcome TEXT NOT NULL, reply_code BIGINT,
    reply_enhanced TEXT, tls_version TEXT, tls_verified BIGINT NOT NULL, sealed_evidence BYTEA NOT NULL,
    started_at BIGINT NOT NULL, ended_at BIGINT NOT NULL
);
CREATE INDEX attempts_by_message ON attempts (message, started_at);
CREATE TABLE idempotency (
    organisation BYTEA NOT NULL, scope TEXT NOT NULL, key_token BYTEA NOT NULL, body_hash BYTEA NOT NULL,
    message BYTEA NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (organisation, scope, key_token)
);
CREATE INDEX idempotency_by_time ON idempotency (created_at);

CREATE TABLE notices (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL, message BYTEA NOT NULL, recipient BYTEA NOT NULL UNIQUE,
    token_hash BYTEA NOT NULL UNIQUE, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, opened_at BIGINT,
    replied_at BIGINT
);
CREATE TABLE codes (
    notice BYTEA NOT NULL REFERENCES notices (id), code_token BYTEA NOT NULL, tries BIGINT NOT NULL,
    created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT
);
CREATE INDEX codes_by_notice ON codes (notice, created_at);
CREATE TABLE visits (
    id BYTEA PRIMARY KEY, token_hash BYTEA NOT NULL UNIQUE, notice BYTEA NOT NULL REFERENCES notices (id),
    organisation BYTEA NOT NULL, created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, ended_at BIGINT
);

CREATE TABLE events (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL, message BYTEA, recipient BYTEA, kind TEXT NOT NULL,
    facts TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL
);
CREATE INDEX events_by_message ON events (message, at);
CREATE TABLE outbox (
    position BIGSERIAL PRIMARY KEY, topic TEXT NOT NULL, organisation BYTEA NOT NULL, subject BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE ledger_pending (
    position BIGSERIAL PRIMARY KEY, organisation BYTEA NOT NULL, event BYTEA NOT NULL, entry BYTEA NOT NULL
);
CREATE TABLE ledger_entries (
    organisation BYTEA NOT NULL, position BIGINT NOT NULL, event BYTEA NOT NULL UNIQUE, entry BYTEA NOT NULL,
    kind TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (organisation, position)
);
CREATE TABLE ledger_payloads (
    event BYTEA PRIMARY KEY, organisation BYTEA NOT NULL, sealed_payload BYTEA NOT NULL
);
CREATE TABLE ledger_tiles (
    organisation BYTEA NOT NULL, level BIGINT NOT NULL, position BIGINT NOT NULL, hashes BYTEA NOT NULL,
    PRIMARY KEY (organisation, level, position)
);
CREATE TABLE ledger_heads (
    organisation BYTEA PRIMARY KEY REFERENCES organisations (id), size BIGINT NOT NULL, root BYTEA NOT NULL,
    checkpoint TEXT NOT NULL, at BIGINT NOT NULL
);
