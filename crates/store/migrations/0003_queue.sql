-- Queue: what administrators ordered about it, how much new sources carried, which source a delivery
-- left by. A destination's domain and the reason are sealed: both may say something about a patient.

ALTER TABLE deliveries ADD COLUMN source TEXT;

CREATE TABLE queue_orders (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), everywhere BIGINT NOT NULL,
    act TEXT NOT NULL, stream TEXT, provider TEXT, source TEXT, message BYTEA, target TEXT,
    sealed_detail BYTEA NOT NULL, actor TEXT NOT NULL, created_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX queue_orders_open ON queue_orders (until_at) WHERE ended_at IS NULL;
CREATE INDEX queue_orders_by_time ON queue_orders (organisation, created_at);

CREATE TABLE source_days (
    source TEXT NOT NULL, provider TEXT NOT NULL, day BIGINT NOT NULL, messages BIGINT NOT NULL,
    PRIMARY KEY (source, provider, day)
);
