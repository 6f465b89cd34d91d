BEGIN;
DROP TABLE comments, checklist_items;
COMMIT;
