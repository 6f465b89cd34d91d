-- The lists of keys that a server has signed with, so that each change is audited
-- once; packets that take up sign-offs until they are sealed, and packets that are withdrawn.
BEGIN;
CREATE TABLE key_lists (
    digest      text PRIMARY KEY,
    root        text NOT NULL,
    list        bytea NOT NULL,
    issued_at   timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL
);
COMMENT ON TABLE key_lists IS 'every keys.json that a server of this database had, in the order in which they were seen';
COMMENT ON COLUMN key_lists.digest IS 'SHA-256 of keys.json, hex';
COMMENT ON COLUMN key_lists.root IS 'fingerprint of the root that signed it';
CREATE INDEX key_lists_recorded_idx ON key_lists (recorded_at);
REVOKE UPDATE, DELETE ON key_lists FROM proofwalk_app;

ALTER TABLE packets
    ADD COLUMN sealing_at timestamptz,
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN withdrawn_by uuid REFERENCES users (id),
    ADD COLUMN withdrawn_reason text CHECK (withdrawn_reason <> ''),
    DROP CONSTRAINT packets_state_check,
    ADD CONSTRAINT packets_state_check CHECK (state IN ('pending', 'made', 'superseded', 'withdrawn')),
    ADD CONSTRAINT packets_withdrawn_check CHECK ((state = 'withdrawn') = (withdrawn_at IS NOT NULL)
        AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL));
CREATE UNIQUE INDEX packets_digest_key ON packets (digest);
COMMENT ON COLUMN packets.sealing_at IS 'when its content was fixed for good: until then a further sign-off goes into it';
COMMENT ON COLUMN packets.withdrawn_reason IS 'public: it is shown to whoever has the digest';
COMMIT;
