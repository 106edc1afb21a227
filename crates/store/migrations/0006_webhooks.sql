-- Webhooks: where an organisation's software hears of events, what waits to be told and how it went.
-- An endpoint's address and its secrets are sealed; deliveries hold ids, kinds, times and codes.

CREATE TABLE webhooks (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), owner TEXT NOT NULL,
    description TEXT NOT NULL, sealed_target BYTEA NOT NULL, kinds TEXT NOT NULL, stream TEXT NOT NULL,
    mode TEXT NOT NULL, state TEXT NOT NULL, because TEXT, old_until BIGINT, created_at BIGINT NOT NULL
);
CREATE INDEX webhooks_by_organisation ON webhooks (organisation, created_at);
CREATE TABLE webhook_health (
    webhook BYTEA PRIMARY KEY, organisation BYTEA NOT NULL, failing_since BIGINT, failed_at BIGINT, delivered_at BIGINT
);
CREATE TABLE webhook_deliveries (
    position BIGSERIAL PRIMARY KEY, webhook BYTEA NOT NULL, organisation BYTEA NOT NULL, event BYTEA NOT NULL,
    message BYTEA, recipient BYTEA, kind TEXT NOT NULL, state TEXT NOT NULL, due_at BIGINT NOT NULL,
    tries BIGINT NOT NULL, fence BIGINT NOT NULL, leased_until BIGINT NOT NULL, answer BIGINT, fault TEXT,
    created_at BIGINT NOT NULL, ended_at BIGINT, UNIQUE (webhook, event)
);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook, position);
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (webhook, due_at) WHERE ended_at IS NULL;
CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (webhook, recipient, position) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX events_by_time ON events (organisation, at, id);
