-- Imports of suppressed addresses, under way and over. The file is sealed and goes with its last line;
-- what stays for a while are counts, line numbers and words.

CREATE TABLE suppression_imports (
    id BYTEA PRIMARY KEY, organisation BYTEA NOT NULL, stream TEXT NOT NULL, actor TEXT NOT NULL, state TEXT NOT NULL,
    lines BIGINT NOT NULL, done BIGINT NOT NULL, added BIGINT NOT NULL, present BIGINT NOT NULL, refused BIGINT NOT NULL,
    refused_lines TEXT NOT NULL, sealed_file BYTEA, created_at BIGINT NOT NULL, ended_at BIGINT
);
CREATE INDEX suppression_imports_by_time ON suppression_imports (organisation, created_at, id);
