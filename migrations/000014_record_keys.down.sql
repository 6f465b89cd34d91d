BEGIN;
DROP INDEX packets_digest_key;
ALTER TABLE packets DROP CONSTRAINT packets_withdrawn_check, DROP CONSTRAINT packets_state_check;
-- Version 13 knows no withdrawn packets: they are again what they were before.
UPDATE packets k SET state = CASE WHEN EXISTS (
        SELECT FROM packets later
        WHERE later.partner_id = k.partner_id AND later.revision_id = k.revision_id AND later.edition > k.edition AND later.digest IS NOT NULL)
    THEN 'superseded' ELSE 'made' END
    WHERE k.state = 'withdrawn';
ALTER TABLE packets
    DROP COLUMN sealing_at,
    DROP COLUMN withdrawn_at,
    DROP COLUMN withdrawn_by,
    DROP COLUMN withdrawn_reason,
    ADD CONSTRAINT packets_state_check CHECK (state IN ('pending', 'made', 'superseded'));
DROP TABLE key_lists;
COMMIT;
