-- The audit log as a Merkle tree (RFC 6962). An entry is written without a
-- position, in the transaction of what it tells of; one sequencer gives the
-- positions afterwards, so that a slow transaction holds up nobody.
BEGIN;

CREATE TABLE audit_pending (
    entry_id  uuid PRIMARY KEY,
    leaf_hash bytea NOT NULL CHECK (length(leaf_hash) = 32)
);
COMMENT ON TABLE audit_pending IS 'entries that have no position yet: written with the entry, taken away with the position, so that what is visible and has none is found whatever its id or time';

CREATE TABLE audit_positions (
    position  bigint PRIMARY KEY CHECK (position >= 0),
    entry_id  uuid NOT NULL UNIQUE,
    leaf_hash bytea NOT NULL CHECK (length(leaf_hash) = 32)
);
COMMENT ON TABLE audit_positions IS 'the leaves of the tree; no foreign key, whose check of each row would cost more than all else: fsck compares';
COMMENT ON COLUMN audit_positions.leaf_hash IS 'SHA-256 of a zero byte and the encoded entry, computed when the entry was written';

CREATE TABLE audit_nodes (
    level    smallint NOT NULL CHECK (level BETWEEN 1 AND 6),
    position bigint NOT NULL CHECK (position >= 0),
    hash     bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, position)
);
COMMENT ON TABLE audit_nodes IS 'the complete subtrees of 256^level leaves, by their number from the left; all other nodes are computed from 255 of these at most';

CREATE TABLE audit_head (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    size bigint NOT NULL CHECK (size >= 0),
    root bytea NOT NULL CHECK (length(root) = 32),
    edge bytea NOT NULL CHECK (length(edge) = 32 * length(replace(size::bit(64)::text, '0', '')))
);
INSERT INTO audit_head (size, root, edge) VALUES (0, sha256(''), '');
COMMENT ON TABLE audit_head IS 'what appending needs to know of the tree; computed from the leaves';
COMMENT ON COLUMN audit_head.edge IS 'hashes of the largest complete subtrees, from the left: one for each one bit of the size';

CREATE TABLE audit_checkpoints (
    size      bigint NOT NULL CHECK (size > 0),
    key_id    text NOT NULL,
    root      bytea NOT NULL CHECK (length(root) = 32),
    signed_at timestamptz NOT NULL,
    note      text NOT NULL,
    PRIMARY KEY (size, key_id)
);
COMMENT ON COLUMN audit_checkpoints.note IS 'the signed note (C2SP); the other columns repeat it for reading';

CREATE TRIGGER audit_positions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_positions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_nodes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_nodes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE FUNCTION refuse_audit_shrinking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size <= OLD.size THEN
        RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_head_grows BEFORE UPDATE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_shrinking();

REVOKE UPDATE, DELETE ON audit_positions, audit_nodes, audit_checkpoints FROM proofwalk_app;
REVOKE UPDATE ON audit_pending FROM proofwalk_app;
REVOKE INSERT, DELETE ON audit_head FROM proofwalk_app;

CREATE TABLE packet_seals (
    partner_id  uuid NOT NULL,
    packet_id   uuid NOT NULL,
    entry_id    uuid NOT NULL,
    packet_json text NOT NULL,
    checkpoint  text,
    proofs      bytea,
    PRIMARY KEY (partner_id, packet_id),
    FOREIGN KEY (partner_id, packet_id) REFERENCES packets (partner_id, id),
    CHECK ((checkpoint IS NULL) = (proofs IS NULL))
);
COMMENT ON TABLE packet_seals IS 'what the log says of a packet, kept from the first attempt on so that a retry makes the same bytes';
COMMENT ON COLUMN packet_seals.entry_id IS 'the audit entry packet.seal, which names packet_json, the SHA-256 of packet.json';

-- What was written before this version gets its positions from the first server that starts.
INSERT INTO audit_pending (entry_id, leaf_hash) SELECT id, sha256('\x00'::bytea || encoded) FROM audit_entries;

COMMIT;
