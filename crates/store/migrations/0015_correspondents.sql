-- What an organisation has on record about those it writes to: who an address belongs to, how its owner
-- wants mail, what was agreed. Addresses are keyed tokens and sealed texts under a key of each row's own.

CREATE TABLE correspondents (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), address_token BYTEA NOT NULL,
    sealed_profile BYTEA NOT NULL, class TEXT NOT NULL, prefers TEXT, warned_at BIGINT, warned_by TEXT,
    restriction TEXT, part2_until BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    UNIQUE (organisation, address_token)
);
CREATE INDEX correspondents_by_time ON correspondents (organisation, created_at, id);
