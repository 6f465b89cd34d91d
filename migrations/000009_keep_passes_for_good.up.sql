-- A pass says in packets why a text was let through: the running server takes
-- none away. Documents are passed by the digest of their bytes.
BEGIN;
REVOKE DELETE ON credential_passes FROM proofwalk_app;
COMMENT ON COLUMN credential_passes.digest IS 'HMAC-SHA-256 under salt of the text, or of a document''s SHA-256: only this very text or document passes';
COMMIT;
