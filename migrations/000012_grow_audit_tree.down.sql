BEGIN;
DROP TABLE packet_seals, audit_checkpoints, audit_head, audit_nodes, audit_positions, audit_pending;
DROP FUNCTION refuse_audit_shrinking();
COMMIT;
