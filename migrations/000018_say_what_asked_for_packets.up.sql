-- What asked for an edition. Its number does not tell: one that was withdrawn, or
-- whose key is compromised, is made anew at any time.
BEGIN;
ALTER TABLE packets ADD COLUMN cause text;
UPDATE packets SET cause = CASE edition WHEN 1 THEN 'decision' WHEN 2 THEN 'outcome' ELSE 'sign_off' END;
ALTER TABLE packets
    ALTER COLUMN cause SET NOT NULL,
    ADD CONSTRAINT packets_cause_check CHECK (cause IN ('decision', 'outcome', 'sign_off', 'renewal'));
COMMENT ON COLUMN packets.cause IS 'what asked for it; a renewal says what the edition before says';
COMMIT;
