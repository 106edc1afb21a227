-- What came in for people: what looks wrong about each message, as words, and what became of it. Who wrote and
-- from which domain are keyed tokens.

CREATE TABLE arrivals (
    message BYTEA PRIMARY KEY REFERENCES messages (id), organisation BYTEA NOT NULL REFERENCES organisations (id),
    concern TEXT NOT NULL, state TEXT NOT NULL, found TEXT NOT NULL, sender_token BYTEA NOT NULL,
    domain_token BYTEA NOT NULL, created_at BIGINT NOT NULL, decided_at BIGINT, decided_by TEXT
);
CREATE INDEX arrivals_by_time ON arrivals (organisation, created_at, message);
CREATE INDEX arrivals_by_domain ON arrivals (organisation, domain_token, created_at, message);
CREATE TABLE arrival_words (
    message BYTEA NOT NULL REFERENCES arrivals (message), word TEXT NOT NULL, PRIMARY KEY (message, word)
);
CREATE TABLE known_senders (
    organisation BYTEA NOT NULL REFERENCES organisations (id), token BYTEA NOT NULL, seen_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, token)
);
CREATE INDEX known_senders_by_time ON known_senders (seen_at);
