-- Legal holds: what nobody may destroy, for the sake of which matter, and who was told.

CREATE TABLE matters (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), sealed_name BYTEA NOT NULL,
    state TEXT NOT NULL, author TEXT NOT NULL, created_at BIGINT NOT NULL, closed_at BIGINT
);
CREATE INDEX matters_by_organisation ON matters (organisation, created_at, id);
CREATE TABLE legal_holds (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id),
    matter BYTEA NOT NULL REFERENCES matters (id), sealed_scope BYTEA NOT NULL, since BIGINT, until BIGINT,
    state TEXT NOT NULL, author TEXT NOT NULL, created_at BIGINT NOT NULL, asked_by TEXT, asked_at BIGINT,
    approved_by TEXT, approved_at BIGINT, binds_until BIGINT
);
CREATE INDEX legal_holds_by_organisation ON legal_holds (organisation, created_at, id);
CREATE INDEX legal_holds_by_matter ON legal_holds (matter, created_at, id);
CREATE TABLE hold_custodians (
    hold BYTEA NOT NULL REFERENCES legal_holds (id), number BIGINT NOT NULL, sealed_address BYTEA NOT NULL,
    state TEXT NOT NULL, changed_at BIGINT NOT NULL, PRIMARY KEY (hold, number)
);
