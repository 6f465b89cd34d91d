-- Page resources that stand in transcripts only leave the index: the older
-- program cannot read them there. The transcripts themselves stay whole.
BEGIN;
DELETE FROM entries WHERE entry IS NULL;
ALTER TABLE entries
    DROP COLUMN first_byte,
    DROP COLUMN byte_count,
    DROP COLUMN digest,
    DROP COLUMN searched,
    ALTER COLUMN entry SET NOT NULL;
ALTER TABLE entries ADD COLUMN searched text NOT NULL GENERATED ALWAYS AS (lower(host || path || ' '
    || jsonb_path_query_array(entry, '$.request.queryString[*].name')::text
    || jsonb_path_query_array(entry, '$.request.postData.params[*].name')::text)) STORED;
COMMENT ON COLUMN entries.entry IS 'the redacted entry as the transcript package reads it';
COMMENT ON COLUMN entries.searched IS 'what a search looks through: host, path and the names of parameters; large transcripts are searched without opening each entry';
ALTER TABLE partners ALTER COLUMN raw_uploads SET DEFAULT 'allowed';
COMMIT;
