-- An organisation's own rules of policy, each version kept. What an officer wrote may name people: it is sealed.

CREATE TABLE rule_versions (
    organisation BYTEA NOT NULL REFERENCES organisations (id), version BIGINT NOT NULL, id BYTEA NOT NULL UNIQUE,
    sealed_text BYTEA NOT NULL, digest TEXT NOT NULL, rules BIGINT NOT NULL, state TEXT NOT NULL, author TEXT NOT NULL,
    created_at BIGINT NOT NULL, simulated_at BIGINT, activated_by TEXT, activated_at BIGINT, retired_at BIGINT,
    PRIMARY KEY (organisation, version)
);
CREATE UNIQUE INDEX rule_versions_active ON rule_versions (organisation) WHERE state = 'active';
