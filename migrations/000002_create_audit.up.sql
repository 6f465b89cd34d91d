-- The audit log, the outbox and idempotency keys: what every write touches.
BEGIN;

CREATE TABLE audit_entries (
    id             uuid PRIMARY KEY,
    partner_id     uuid REFERENCES partners (id),
    integration_id uuid,
    actor_id       uuid,
    action         text NOT NULL,
    object_kind    text NOT NULL,
    object_id      text NOT NULL,
    at             timestamptz NOT NULL,
    details        jsonb NOT NULL,
    encoded        bytea NOT NULL
);
CREATE INDEX audit_entries_integration_idx ON audit_entries (partner_id, integration_id, at DESC, id DESC);
CREATE INDEX audit_entries_at_idx ON audit_entries (at DESC, id DESC);
COMMENT ON COLUMN audit_entries.encoded IS 'the one encoding (JCS) that digests and proofs are made of; the other columns repeat it for reading';

CREATE TABLE audit_personal (
    entry_id uuid NOT NULL REFERENCES audit_entries (id),
    field    text NOT NULL,
    salt     bytea NOT NULL,
    value    text NOT NULL,
    PRIMARY KEY (entry_id, field)
);
COMMENT ON TABLE audit_personal IS 'salt and clear value behind each salted digest in an audit entry; deleting a row erases the person and keeps the log';

-- Append only, for everybody: the app role has no right, the owner meets the trigger.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed' USING ERRCODE = '42501';
END
$$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
REVOKE UPDATE, DELETE ON audit_entries FROM proofwalk_app;
REVOKE UPDATE ON audit_personal FROM proofwalk_app;
REVOKE SELECT ON audit_personal FROM proofwalk_read;

CREATE TABLE outbox (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL,
    payload    jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at    timestamptz
);
CREATE INDEX outbox_unsent_idx ON outbox (created_at) WHERE sent_at IS NULL;

CREATE TABLE idempotency_keys (
    actor_id   uuid NOT NULL,
    key        text NOT NULL CHECK (length(key) BETWEEN 8 AND 64),
    action     text NOT NULL,
    result     text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (actor_id, key)
);
COMMENT ON COLUMN idempotency_keys.result IS 'id of the object that the first use made or changed';

COMMIT;
