-- Packages of messages for somebody outside: how each is made again, and which messages it disclosed.

CREATE TABLE exports (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), author TEXT NOT NULL,
    sealed_order BYTEA NOT NULL, messages BIGINT NOT NULL, created_at BIGINT NOT NULL, ends_at BIGINT NOT NULL,
    taken BIGINT NOT NULL
);
CREATE INDEX exports_by_organisation ON exports (organisation, created_at, id);
CREATE TABLE disclosed (
    export BYTEA NOT NULL REFERENCES exports (id), number BIGINT NOT NULL, message BYTEA NOT NULL REFERENCES messages (id),
    PRIMARY KEY (export, number)
);
CREATE INDEX disclosed_by_message ON disclosed (message);
