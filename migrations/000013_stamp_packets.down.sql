BEGIN;
ALTER TABLE packets
    DROP CONSTRAINT packets_stamp_is_whole,
    DROP COLUMN stamped_at,
    DROP COLUMN stamp_token,
    DROP COLUMN stamp,
    DROP COLUMN pdf_level;
COMMIT;
