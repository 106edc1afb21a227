-- Mail that comes in: who takes mail here, and what others report about a sending domain.
-- Addresses of people are keyed tokens; names of reporting systems and of sending domains are public.

CREATE TABLE mailboxes (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id),
    domain BYTEA NOT NULL REFERENCES domains (id), address_token BYTEA NOT NULL,
    sealed_address BYTEA NOT NULL, created_at BIGINT NOT NULL, UNIQUE (organisation, address_token)
);
CREATE TABLE dmarc_rows (
    domain BYTEA NOT NULL REFERENCES domains (id), organisation BYTEA NOT NULL, reporter TEXT NOT NULL,
    report_token BYTEA NOT NULL, position BIGINT NOT NULL, begins_at BIGINT NOT NULL, ends_at BIGINT NOT NULL,
    source TEXT NOT NULL, messages BIGINT NOT NULL, disposition TEXT NOT NULL, dkim_aligned BIGINT NOT NULL,
    spf_aligned BIGINT NOT NULL, received_at BIGINT NOT NULL, PRIMARY KEY (domain, report_token, position)
);
CREATE INDEX dmarc_rows_by_time ON dmarc_rows (domain, ends_at);
CREATE TABLE tls_rows (
    domain BYTEA NOT NULL REFERENCES domains (id), organisation BYTEA NOT NULL, reporter TEXT NOT NULL,
    report_token BYTEA NOT NULL, position BIGINT NOT NULL, begins_at BIGINT NOT NULL, ends_at BIGINT NOT NULL,
    policy TEXT NOT NULL, successes BIGINT NOT NULL, failures BIGINT NOT NULL, reasons TEXT NOT NULL,
    received_at BIGINT NOT NULL, PRIMARY KEY (domain, report_token, position)
);
CREATE INDEX tls_rows_by_time ON tls_rows (domain, ends_at);
CREATE TABLE greylist (
    token BYTEA PRIMARY KEY, first_at BIGINT NOT NULL, passed_at BIGINT
);
CREATE INDEX greylist_by_time ON greylist (first_at);
