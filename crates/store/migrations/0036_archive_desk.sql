-- What stands beside the archive: what its nightly comparison with accepted mail gave, and searches that people keep,
-- whose names and words are sealed.

CREATE TABLE archive_checks (
    organisation BYTEA NOT NULL REFERENCES organisations (id), day BIGINT NOT NULL, checked_at BIGINT NOT NULL,
    state TEXT NOT NULL, accepted BIGINT NOT NULL, archived BIGINT NOT NULL, waiting BIGINT NOT NULL,
    partial BIGINT NOT NULL, destroyed BIGINT NOT NULL, findable BIGINT NOT NULL, indexed BIGINT NOT NULL,
    PRIMARY KEY (organisation, day)
);
CREATE TABLE saved_searches (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), owner TEXT NOT NULL,
    shared BIGINT NOT NULL, sealed_search BYTEA NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL
);
CREATE INDEX saved_searches_by_organisation ON saved_searches (organisation, created_at, id);
