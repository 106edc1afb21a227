-- The organisation's patients, for exact data match: keyed tokens of single fields and pairs, no value.

CREATE TABLE registry_states (
    organisation BYTEA PRIMARY KEY REFERENCES organisations (id), version BIGINT NOT NULL, patients BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE registry_patients (
    organisation BYTEA NOT NULL REFERENCES organisations (id), number BIGINT NOT NULL, source_token BYTEA NOT NULL,
    PRIMARY KEY (organisation, number), UNIQUE (organisation, source_token)
);
CREATE TABLE registry_tokens (
    organisation BYTEA NOT NULL, patient BIGINT NOT NULL, field TEXT NOT NULL, token BYTEA NOT NULL,
    PRIMARY KEY (organisation, patient, field, token)
);
