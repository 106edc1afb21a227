-- Transport: MTA-STS policies as they were fetched, and what TLS achieved, for the reports that
-- receiving domains ask for. Names of domains are tokens or sealed.

CREATE TABLE sts_policies (
    organisation BYTEA NOT NULL, domain_token BYTEA NOT NULL, sealed_policy BYTEA NOT NULL,
    fetched_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, PRIMARY KEY (organisation, domain_token)
);
CREATE INDEX sts_policies_by_fetch ON sts_policies (fetched_at);
CREATE TABLE tls_results (
    organisation BYTEA NOT NULL, day BIGINT NOT NULL, result_token BYTEA NOT NULL, sealed_result BYTEA NOT NULL,
    sessions BIGINT NOT NULL, claimed_until BIGINT NOT NULL, PRIMARY KEY (organisation, day, result_token)
);
CREATE INDEX tls_results_by_day ON tls_results (day);
