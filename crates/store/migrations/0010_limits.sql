-- Limits of providers that all nodes keep together. `site` is a provider's word, or a keyed token of a set
-- of MX hosts that belong to no named one. What runs is counted where it is marked, so a node that dies
-- leaves no wrong count; the buckets of both rates are the moments at which they are full again.

ALTER TABLE deliveries ADD COLUMN site TEXT;
CREATE INDEX deliveries_on_the_wire ON deliveries (source, site) WHERE state = 'running' AND site IS NOT NULL;

CREATE TABLE way_limits (
    source TEXT NOT NULL, site TEXT NOT NULL, minute_at BIGINT NOT NULL, hour_at BIGINT NOT NULL,
    next_node BYTEA, next_at BIGINT, used_at BIGINT NOT NULL,
    PRIMARY KEY (source, site)
);
