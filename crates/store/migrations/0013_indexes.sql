-- No statement ever looked by these, and each cost every commit under load a page of its own.

DROP INDEX item_keys_by_version;
DROP INDEX sealed_by_message;
