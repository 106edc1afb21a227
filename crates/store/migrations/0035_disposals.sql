-- Disposal: what is due is destroyed by the word of two people, and what proves it afterwards. A head says which
-- state holds and lexicon of an archive are in, so that a plan that is older than either counts for nothing.

CREATE TABLE archive_heads (
    organisation BYTEA PRIMARY KEY REFERENCES organisations (id), holds BIGINT NOT NULL, commits BIGINT NOT NULL,
    prunings BIGINT NOT NULL
);
INSERT INTO archive_heads (organisation, holds, commits, prunings) SELECT id, 0, 0, 0 FROM organisations;
CREATE TABLE disposals (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), state TEXT NOT NULL,
    sealed_text BYTEA NOT NULL, asked_by TEXT NOT NULL, asked_at BIGINT NOT NULL, looked_at BYTEA NOT NULL,
    records BIGINT NOT NULL, held BIGINT NOT NULL, closed_by TEXT, closed_at BIGINT, begins_at BIGINT,
    destroyed BIGINT NOT NULL, spared BIGINT NOT NULL, ended_at BIGINT, keys_gone_by BIGINT, certified BYTEA,
    finished BYTEA, certificate TEXT
);
CREATE INDEX disposals_by_organisation ON disposals (organisation, asked_at, id);
CREATE INDEX disposals_under_way ON disposals (organisation, id) WHERE state NOT IN ('final', 'refused');
CREATE TABLE disposal_items (
    disposal BYTEA NOT NULL REFERENCES disposals (id), number BIGINT NOT NULL,
    message BYTEA NOT NULL REFERENCES messages (id), state TEXT NOT NULL, why TEXT, told TEXT NOT NULL,
    PRIMARY KEY (disposal, number)
);
CREATE UNIQUE INDEX disposal_items_once ON disposal_items (message) WHERE state <> 'spared';
CREATE INDEX disposal_items_by_state ON disposal_items (disposal, state, number);
DROP INDEX records_unread;
CREATE INDEX records_unread ON records (organisation, position) WHERE state = 'partial';
