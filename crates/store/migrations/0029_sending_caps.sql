-- Fixed limits of people and of software that an organisation chose itself; without a row those of the program hold.

CREATE TABLE sending_caps (
    organisation BYTEA NOT NULL REFERENCES organisations (id), kind TEXT NOT NULL, caps TEXT NOT NULL,
    updated_at BIGINT NOT NULL, PRIMARY KEY (organisation, kind)
);
