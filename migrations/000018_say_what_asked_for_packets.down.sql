BEGIN;
-- Version 17 takes the second edition for that of the outcome; with a renewal among them it would
-- take the wrong one.
DO $$ BEGIN
    IF EXISTS (SELECT FROM packets WHERE cause = 'renewal') THEN
        RAISE EXCEPTION 'packets were made anew: an older version would take them for those of an outcome or a sign-off';
    END IF;
END $$;
ALTER TABLE packets DROP COLUMN cause;
COMMIT;
