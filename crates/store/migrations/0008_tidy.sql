-- What a keeping time ends is found without reading everything: notices that nobody picked up,
-- sessions, visits and codes that are over.

ALTER TABLE notices ADD COLUMN ended_at BIGINT;
CREATE INDEX notices_waiting ON notices (expires_at) WHERE opened_at IS NULL AND ended_at IS NULL;
CREATE INDEX sessions_by_time ON sessions (created_at);
CREATE INDEX codes_by_time ON codes (created_at);
CREATE INDEX visits_by_time ON visits (created_at);
