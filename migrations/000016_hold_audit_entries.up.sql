-- What no leaf of the audit tree can be made of is held back instead of stopping the log.
BEGIN;

CREATE TABLE audit_held (
    number    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id  uuid NOT NULL,
    leaf_hash bytea NOT NULL,
    reason    text NOT NULL CHECK (reason IN ('no_entry', 'has_position', 'other_hash')),
    held_at   timestamptz NOT NULL
);
COMMENT ON TABLE audit_held IS 'notes out of audit_pending that got no position, as they were; for each the log has an entry audit.hold. One id may come again';
COMMENT ON COLUMN audit_held.reason IS 'no_entry: there is no such entry; has_position: it has its position already; other_hash: its bytes are not those that the note was made of';
CREATE TRIGGER audit_held_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_held
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
REVOKE UPDATE, DELETE ON audit_held FROM proofwalk_app;

COMMIT;
