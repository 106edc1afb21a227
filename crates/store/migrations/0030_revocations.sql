-- What is known of the revocation of recipients' certificates, one row a certificate: a word, never whose it is. And what
-- an organisation makes of it.

ALTER TABLE key_options ADD COLUMN revocation TEXT NOT NULL DEFAULT 'prefer';
CREATE TABLE revocations (
    organisation BYTEA NOT NULL REFERENCES organisations (id), recipient_key BYTEA NOT NULL, state TEXT NOT NULL,
    because TEXT NOT NULL, produced_at BIGINT, good_until BIGINT, checked_at BIGINT, next_at BIGINT NOT NULL,
    tries BIGINT NOT NULL, PRIMARY KEY (organisation, recipient_key)
);
CREATE INDEX revocations_by_next ON revocations (next_at);
INSERT INTO revocations (organisation, recipient_key, state, because, next_at, tries)
    SELECT organisation, id, 'due', '', created_at, 0 FROM recipient_keys WHERE kind = 'smime';
