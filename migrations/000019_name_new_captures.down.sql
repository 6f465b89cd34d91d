BEGIN;
ALTER TABLE verdict_changes DROP COLUMN capture_id;
COMMIT;
