BEGIN;
-- Version 16 keeps one seal of a packet: the newest, which is that of the made packet where there is one.
DELETE FROM packet_seals s USING packet_seals o, packets k
WHERE o.partner_id = s.partner_id AND o.packet_id = s.packet_id AND o.packet_json <> s.packet_json
    AND k.partner_id = s.partner_id AND k.id = s.packet_id
    AND (o.packet_json IS NOT DISTINCT FROM k.packet_json, o.entry_id) > (s.packet_json IS NOT DISTINCT FROM k.packet_json, s.entry_id);
ALTER TABLE packet_seals
    DROP CONSTRAINT packet_seals_pkey,
    ADD PRIMARY KEY (partner_id, packet_id);
COMMENT ON TABLE packet_seals IS 'what the log says of a packet, kept from the first attempt on so that a retry makes the same bytes';
COMMIT;
