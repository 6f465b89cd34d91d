-- Page resources are read from the transcript itself when they are shown; the
-- index knows where they stand and what their bytes are. Raw uploads are
-- forbidden until a partner's admin allows them.
BEGIN;

ALTER TABLE entries
    ALTER COLUMN entry DROP NOT NULL,
    ALTER COLUMN searched DROP EXPRESSION,
    ALTER COLUMN searched SET DEFAULT '',
    ADD COLUMN first_byte bigint,
    ADD COLUMN byte_count integer,
    ADD COLUMN digest     bytea,
    ADD CONSTRAINT entries_are_somewhere CHECK (entry IS NOT NULL OR first_byte IS NOT NULL AND byte_count IS NOT NULL AND digest IS NOT NULL);
COMMENT ON COLUMN entries.entry IS 'the redacted entry as the transcript package reads it; NULL for a page resource, which stands in the transcript at first_byte';
COMMENT ON COLUMN entries.digest IS 'SHA-256 of the entry''s bytes in the transcript: what was changed in storage is not shown';
COMMENT ON COLUMN entries.searched IS 'what a search looks through, in lower case: host, path and the names of parameters; large transcripts are searched without opening each entry';

ALTER TABLE partners ALTER COLUMN raw_uploads SET DEFAULT 'forbidden';

COMMIT;
