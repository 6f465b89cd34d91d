BEGIN;
COMMENT ON COLUMN credential_passes.digest IS 'HMAC-SHA-256 of the text under salt: only this very text passes';
GRANT DELETE ON credential_passes TO proofwalk_app;
COMMIT;
