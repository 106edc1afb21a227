-- Directories (LDAP) that an organisation asks for certificates of its recipients: everything about one is sealed. What
-- all of them answered about an address is kept for a time, by keyed tokens.

CREATE TABLE directories (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), name_token BYTEA NOT NULL,
    sealed_directory BYTEA NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, changed_by TEXT NOT NULL,
    UNIQUE (organisation, name_token)
);
CREATE TABLE directory_answers (
    organisation BYTEA NOT NULL REFERENCES organisations (id), address_token BYTEA NOT NULL, answer TEXT NOT NULL,
    until BIGINT NOT NULL, PRIMARY KEY (organisation, address_token)
);
CREATE INDEX directory_answers_by_end ON directory_answers (until);
