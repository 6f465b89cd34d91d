-- A packet keeps what the log says of each packet.json that it was to be sealed
-- with, so that an attempt that comes back to an earlier one takes its entry.
BEGIN;
ALTER TABLE packet_seals
    DROP CONSTRAINT packet_seals_pkey,
    ADD PRIMARY KEY (partner_id, packet_id, packet_json);
COMMENT ON TABLE packet_seals IS 'what the log says of a packet, by the SHA-256 of packet.json; kept from the first attempt on so that a retry makes the same bytes';
COMMIT;
