BEGIN;
DROP TABLE verdict_changes;
COMMIT;
