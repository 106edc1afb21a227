-- What binds an organisation to keep its records: what it is and how it classifies, the rules it adopted, the days of
-- its patients that periods are counted from, and for each record what came of it. Every rule takes two people. A day
-- of a person is sealed; of the day a record is kept through the month alone stands in the clear.

CREATE TABLE retention_settings (
    organisation BYTEA NOT NULL REFERENCES organisations (id), kind TEXT NOT NULL, version BIGINT NOT NULL,
    sealed_setting BYTEA NOT NULL, author TEXT NOT NULL, created_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, kind, version)
);
CREATE TABLE retention_proposals (
    organisation BYTEA NOT NULL REFERENCES organisations (id), number BIGINT NOT NULL, rule TEXT NOT NULL,
    version BIGINT NOT NULL, change TEXT NOT NULL, state TEXT NOT NULL, sealed_text BYTEA NOT NULL,
    proposed_by TEXT NOT NULL, proposed_at BIGINT NOT NULL, impact TEXT, closed_by TEXT, closed_at BIGINT,
    counts_from BIGINT, PRIMARY KEY (organisation, number)
);
CREATE UNIQUE INDEX retention_proposals_open ON retention_proposals (organisation, rule) WHERE state = 'open';
CREATE INDEX retention_proposals_approved ON retention_proposals (organisation, number) WHERE state = 'approved';
CREATE TABLE retention_anchors (
    organisation BYTEA NOT NULL REFERENCES organisations (id), patient_token BYTEA NOT NULL, sealed_days BYTEA NOT NULL,
    updated_at BIGINT NOT NULL, PRIMARY KEY (organisation, patient_token)
);
CREATE TABLE retention_addresses (
    organisation BYTEA NOT NULL REFERENCES organisations (id), address_token BYTEA NOT NULL,
    patient_token BYTEA NOT NULL, PRIMARY KEY (organisation, address_token, patient_token)
);
CREATE INDEX retention_addresses_by_patient ON retention_addresses (organisation, patient_token);
CREATE TABLE retention_items (
    message BYTEA PRIMARY KEY REFERENCES messages (id), organisation BYTEA NOT NULL REFERENCES organisations (id),
    party_token BYTEA, patient_token BYTEA, classes TEXT NOT NULL, state TEXT NOT NULL, month BIGINT,
    sealed_answer BYTEA, generation BIGINT NOT NULL
);
CREATE INDEX retention_items_by_generation ON retention_items (organisation, generation, message);
CREATE INDEX retention_items_by_state ON retention_items (organisation, state, message);
CREATE INDEX retention_items_by_month ON retention_items (organisation, month, message) WHERE state = 'dated';
CREATE INDEX retention_items_by_party ON retention_items (organisation, party_token) WHERE party_token IS NOT NULL;
CREATE INDEX retention_items_by_patient ON retention_items (organisation, patient_token)
    WHERE patient_token IS NOT NULL;
CREATE TABLE retention_work (
    organisation BYTEA PRIMARY KEY REFERENCES organisations (id), generation BIGINT NOT NULL, made_of TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
INSERT INTO retention_items (message, organisation, classes, state, generation)
    SELECT message, organisation, '', 'waiting', 0 FROM records;
