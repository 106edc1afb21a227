-- An organisation's own detectors. What one looks for may be words of a project or the shape of record numbers: it is
-- sealed under the detector's own key. The version grows with each change of any of them.

CREATE TABLE detectors (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), name TEXT NOT NULL,
    kind TEXT NOT NULL, class TEXT NOT NULL, state TEXT NOT NULL, sealed_spec BYTEA NOT NULL, author TEXT NOT NULL,
    created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, UNIQUE (organisation, name)
);
CREATE INDEX detectors_by_time ON detectors (organisation, created_at, id);
CREATE TABLE detector_versions (
    organisation BYTEA PRIMARY KEY REFERENCES organisations (id), version BIGINT NOT NULL, changed_at BIGINT NOT NULL
);
