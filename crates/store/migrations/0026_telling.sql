-- Trials of versions of rules: how far each is, and what it found. Ids, names of rules and counts; no address.

CREATE TABLE rule_trials (
    rules BYTEA PRIMARY KEY REFERENCES rule_versions (id), organisation BYTEA NOT NULL REFERENCES organisations (id),
    version BIGINT NOT NULL, against BIGINT, days BIGINT NOT NULL, actor TEXT NOT NULL, state TEXT NOT NULL,
    done BIGINT NOT NULL, place_at BIGINT NOT NULL, place BYTEA NOT NULL, result TEXT NOT NULL,
    since_at BIGINT NOT NULL, created_at BIGINT NOT NULL, ended_at BIGINT
);
CREATE UNIQUE INDEX rule_trials_running ON rule_trials (organisation) WHERE state = 'running';

-- Reviewers of what is held: when each got a letter last, and what came since then that no letter counted.
CREATE TABLE held_readers (
    organisation BYTEA NOT NULL, reader BYTEA NOT NULL, told_at BIGINT NOT NULL, PRIMARY KEY (organisation, reader)
);
CREATE TABLE held_untold (
    organisation BYTEA NOT NULL, reader BYTEA NOT NULL, recipient BYTEA NOT NULL REFERENCES recipients (id),
    created_at BIGINT NOT NULL, PRIMARY KEY (organisation, reader, recipient)
);

-- Domains whose people answer our mail, for telling look-alikes: the name under the row's own key.
CREATE TABLE frequent_domains (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL REFERENCES organisations (id), domain_token BYTEA NOT NULL,
    sealed_domain BYTEA NOT NULL, answers BIGINT NOT NULL, answered_at BIGINT NOT NULL,
    UNIQUE (organisation, domain_token)
);
