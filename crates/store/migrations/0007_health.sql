-- Conservation: a message says for how many recipients its sender was answered, so that rows lost
-- are missed. Domain health: what was last seen of each sending domain; keys have a state of their own.

ALTER TABLE messages ADD COLUMN recipients BIGINT NOT NULL DEFAULT 0;
UPDATE messages SET recipients = (SELECT count(*) FROM recipients r WHERE r.message = messages.id);
CREATE INDEX messages_by_recipients ON messages (organisation, recipients);

ALTER TABLE dkim_keys ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE dkim_keys ADD COLUMN until_at BIGINT;
CREATE TABLE domain_health (
    domain BYTEA PRIMARY KEY REFERENCES domains (id), organisation BYTEA NOT NULL, grade TEXT NOT NULL,
    report TEXT NOT NULL, checked_at BIGINT NOT NULL, asked_at BIGINT
);
CREATE INDEX domain_health_by_organisation ON domain_health (organisation);
