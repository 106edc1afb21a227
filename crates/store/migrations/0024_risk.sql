-- Whether senders send as they always did: counts of five minutes, what is usual, where each stands. A subject
-- is the id of a person or of software, the organisation itself, or a stream; what is counted apart, networks
-- and programs among it, is told apart by keyed tokens that cannot be read back.

CREATE TABLE risk_steps (
    organisation BYTEA NOT NULL REFERENCES organisations (id), subject TEXT NOT NULL, number BIGINT NOT NULL,
    step TEXT NOT NULL, PRIMARY KEY (organisation, subject, number)
);
CREATE TABLE risk_subjects (
    organisation BYTEA NOT NULL REFERENCES organisations (id), subject TEXT NOT NULL, baseline TEXT, standing TEXT,
    judgement TEXT, familiar TEXT, risk TEXT NOT NULL, rung TEXT NOT NULL, taken BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, subject)
);
CREATE INDEX risk_subjects_watched ON risk_subjects (updated_at) WHERE rung <> 'observe' OR risk <> 'normal';
