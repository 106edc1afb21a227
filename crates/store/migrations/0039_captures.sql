-- Messages that did not go through us. A token says which octets are there already; an import says how far it is, and
-- what it could not read is named by words, its place sealed by the import's own key.

CREATE TABLE captures (
    message BYTEA PRIMARY KEY REFERENCES messages (id), organisation BYTEA NOT NULL REFERENCES organisations (id),
    content_token BYTEA NOT NULL, captured_at BIGINT NOT NULL, UNIQUE (organisation, content_token)
);
CREATE TABLE imports (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), actor TEXT NOT NULL,
    sealed_source BYTEA NOT NULL, state TEXT NOT NULL, taken BIGINT NOT NULL, messages BIGINT NOT NULL,
    duplicates BIGINT NOT NULL, failures BIGINT NOT NULL, octets BIGINT NOT NULL, created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX imports_by_organisation ON imports (organisation, created_at, id);
CREATE TABLE import_problems (
    import BYTEA NOT NULL REFERENCES imports (id), number BIGINT NOT NULL, organisation BYTEA NOT NULL,
    problems TEXT NOT NULL, sealed_place BYTEA NOT NULL, PRIMARY KEY (import, number)
);
