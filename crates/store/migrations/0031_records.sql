-- The archive: every message is a record with a position by which it is found, newest last. Postings hold keyed
-- tokens and where they stand, never a word; the words themselves are sealed pieces of a lexicon.

CREATE TABLE to_archive (
    message BYTEA PRIMARY KEY REFERENCES messages (id), organisation BYTEA NOT NULL REFERENCES organisations (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX to_archive_by_organisation ON to_archive (organisation);
CREATE TABLE records (
    message BYTEA PRIMARY KEY REFERENCES messages (id), organisation BYTEA NOT NULL REFERENCES organisations (id),
    position BIGINT NOT NULL UNIQUE, state TEXT NOT NULL, unread TEXT NOT NULL, words BIGINT NOT NULL,
    archived_at BIGINT NOT NULL
);
CREATE INDEX records_by_organisation ON records (organisation, position);
CREATE INDEX records_unread ON records (organisation, position) WHERE state <> 'whole';
CREATE TABLE lexicon_pieces (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), sealed_words BYTEA NOT NULL,
    words BIGINT NOT NULL, created_at BIGINT NOT NULL
);
CREATE INDEX lexicon_pieces_by_organisation ON lexicon_pieces (organisation, id);
INSERT INTO to_archive (message, organisation, created_at) SELECT id, organisation, created_at FROM messages;
-- only sqlite
CREATE VIRTUAL TABLE postings USING fts5(
    subject, body, sender, receivers, files, marks, content = '', contentless_delete = 1, tokenize = 'ascii'
);
INSERT INTO postings (postings, rank) VALUES ('secure-delete', 1);
-- only postgres
CREATE TABLE postings (
    position BIGINT NOT NULL, unit BIGINT NOT NULL, terms TSVECTOR NOT NULL, PRIMARY KEY (position, unit)
);
CREATE INDEX postings_by_term ON postings USING GIN (terms) WITH (fastupdate = off);
CREATE INDEX postings_in_units ON postings (position) WHERE unit > 0;
