-- What goes on the wire: reports to senders (one about a delay for a recipient, not too many an hour for
-- one address, by keyed token), and what an organisation asks of the way its mail takes.

CREATE TABLE delay_reports (
    recipient BYTEA PRIMARY KEY REFERENCES recipients (id), organisation BYTEA NOT NULL, at BIGINT NOT NULL
);
CREATE TABLE report_hours (
    organisation BYTEA NOT NULL, address_token BYTEA NOT NULL, hour BIGINT NOT NULL, reports BIGINT NOT NULL,
    PRIMARY KEY (organisation, address_token, hour)
);
CREATE INDEX report_hours_by_hour ON report_hours (hour);
CREATE TABLE mail_options (
    organisation BYTEA PRIMARY KEY REFERENCES organisations (id), tls_minimum BIGINT NOT NULL, bounce_domain TEXT
);
CREATE UNIQUE INDEX mail_options_by_domain ON mail_options (bounce_domain);
