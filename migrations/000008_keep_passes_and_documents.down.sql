-- The older program knows neither passes nor documents: texts that were passed
-- keep the submit gate shut, documents stay in the blob store.
BEGIN;
ALTER TABLE evidence
    DROP COLUMN document_digest,
    DROP COLUMN document_name,
    DROP COLUMN masks;
DROP TABLE credential_passes;
COMMIT;
