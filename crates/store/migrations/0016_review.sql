-- Review: what was decided besides the method, who agreed to a release, what people said about findings.

ALTER TABLE recipients ADD COLUMN besides TEXT;
CREATE TABLE release_approvals (
    recipient BYTEA NOT NULL REFERENCES recipients (id), organisation BYTEA NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (recipient, actor)
);
CREATE TABLE feedback (
    organisation BYTEA NOT NULL REFERENCES organisations (id), message BYTEA NOT NULL REFERENCES messages (id),
    actor TEXT NOT NULL, verdict TEXT NOT NULL, level TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (message, actor)
);
CREATE INDEX feedback_by_time ON feedback (organisation, at, message);
