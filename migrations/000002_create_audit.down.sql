BEGIN;
DROP TABLE idempotency_keys, outbox, audit_personal, audit_entries;
DROP FUNCTION refuse_audit_change();
COMMIT;
