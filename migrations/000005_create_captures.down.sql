BEGIN;
ALTER TABLE comments DROP CONSTRAINT comments_partner_id_capture_id_fkey;
DROP TABLE evidence, findings, entries, captures, artifacts, test_runs;
COMMIT;
