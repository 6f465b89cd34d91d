-- The PDF of a packet is signed (PAdES), with a time stamp where an authority
-- is set. The token is kept before the archive is stored, so that making the
-- packet again after a crash gives the same bytes.
BEGIN;
ALTER TABLE packets
    ADD COLUMN pdf_level text CHECK (pdf_level IN ('B-B', 'B-T')),
    ADD COLUMN stamp text CHECK (stamp IN ('none', 'unreachable', 'stamped')),
    ADD COLUMN stamp_token bytea,
    ADD COLUMN stamped_at timestamptz,
    ADD CONSTRAINT packets_stamp_is_whole CHECK (coalesce(stamp = 'stamped', false) = (stamp_token IS NOT NULL)
        AND (stamp_token IS NULL) = (stamped_at IS NULL));
COMMENT ON COLUMN packets.pdf_level IS 'of the signature in the PDF of a made packet';
COMMENT ON COLUMN packets.stamp IS 'what became of the time stamp; unreachable where the authority gave none that holds';
COMMENT ON COLUMN packets.stamp_token IS 'RFC 3161, over the signature in the PDF';
COMMENT ON COLUMN packets.stamped_at IS 'the time in the token: the word of the authority';
COMMIT;
