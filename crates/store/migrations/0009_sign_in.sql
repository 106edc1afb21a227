-- Sign-in without an oracle: addresses that nobody has are locked as those that somebody has, by keyed
-- token. Codes for those who lost their second factor: keyed tokens as well, each used once.

ALTER TABLE users ADD COLUMN failed_at BIGINT;
CREATE TABLE sign_in_strangers (
    token BYTEA PRIMARY KEY, failures BIGINT NOT NULL, failed_at BIGINT NOT NULL, locked_until BIGINT
);
CREATE INDEX sign_in_strangers_by_time ON sign_in_strangers (failed_at);
CREATE TABLE recovery_codes (
    person BYTEA NOT NULL REFERENCES users (id), code_token BYTEA NOT NULL, created_at BIGINT NOT NULL,
    used_at BIGINT, PRIMARY KEY (person, code_token)
);
