-- What waits in the database because no node has room for it is nobody's: its node is null. Each index is
-- empty while there is room.

CREATE INDEX IF NOT EXISTS deliveries_parked ON deliveries (stream, due_at) WHERE node IS NULL AND state <> 'settled';
CREATE INDEX IF NOT EXISTS deliveries_parked_expiry ON deliveries (expires_at) WHERE node IS NULL AND state <> 'settled';
CREATE INDEX IF NOT EXISTS deliveries_parked_by_id ON deliveries (id) WHERE node IS NULL AND state <> 'settled';
