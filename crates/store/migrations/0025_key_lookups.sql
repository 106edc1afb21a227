-- Keys of recipients are looked up at their own domain, where the organisation wants that: asking tells the domain who
-- is written to. What was answered, and that nothing was, is kept for a time, by keyed tokens.

ALTER TABLE key_options ADD COLUMN wkd BIGINT NOT NULL DEFAULT 0;
CREATE TABLE key_lookups (
    organisation BYTEA NOT NULL REFERENCES organisations (id), address_token BYTEA NOT NULL, answer TEXT NOT NULL,
    until BIGINT NOT NULL, PRIMARY KEY (organisation, address_token)
);
CREATE INDEX key_lookups_by_end ON key_lookups (until);
