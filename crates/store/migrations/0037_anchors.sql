-- Outside anchors: checkpoints of audit logs that left the house, so that whoever runs it cannot write another history.
-- A checkpoint is a size, a root and a signature; a token is an authority's signature over its digest.

CREATE TABLE anchors (
    organisation BYTEA NOT NULL REFERENCES organisations (id), kind TEXT NOT NULL, day BIGINT NOT NULL,
    size BIGINT NOT NULL, checkpoint TEXT NOT NULL, state TEXT NOT NULL, tries BIGINT NOT NULL, next_at BIGINT NOT NULL,
    fault TEXT NOT NULL, token BYTEA, at BIGINT, PRIMARY KEY (organisation, kind, day)
);
CREATE INDEX anchors_waiting ON anchors (next_at) WHERE state = 'waiting';
