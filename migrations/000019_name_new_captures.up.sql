-- Which capture of the round showed that a rule says otherwise of a run.
BEGIN;
ALTER TABLE verdict_changes
    ADD COLUMN capture_id uuid,
    ADD FOREIGN KEY (partner_id, capture_id) REFERENCES captures (partner_id, id);
COMMENT ON COLUMN verdict_changes.capture_id IS 'the capture that came to the round; null where rules or description changed';
COMMIT;
