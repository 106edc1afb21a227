-- Segments of the index are put together by twos while nothing waits: a search looks into each of them.

-- only sqlite
INSERT INTO postings (postings, rank) VALUES ('usermerge', 2);
