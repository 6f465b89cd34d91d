-- False alarms of the credential check that a person passed with a reason,
-- documents that stand beside the text of a declaration or observation, and how
-- many areas of a screenshot were covered.
BEGIN;

CREATE TABLE credential_passes (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    integration_id uuid NOT NULL,
    object_kind    text NOT NULL,
    object_id      text NOT NULL,
    item           text NOT NULL,
    field          text NOT NULL CHECK (field <> ''),
    rules          text[] NOT NULL CHECK (cardinality(rules) > 0),
    salt           bytea NOT NULL CHECK (length(salt) = 32),
    digest         bytea NOT NULL CHECK (length(digest) = 32),
    reason         text NOT NULL CHECK (char_length(reason) BETWEEN 10 AND 500),
    passed_by      uuid NOT NULL REFERENCES users (id),
    passed_at      timestamptz NOT NULL,
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id)
);
CREATE INDEX credential_passes_integration_idx ON credential_passes (partner_id, integration_id, passed_at);
COMMENT ON TABLE credential_passes IS 'texts that look like a credential and are none, as a person said; a row never changes';
COMMENT ON COLUMN credential_passes.object_kind IS 'with object_id: what the write was about, as its audit entry says';
COMMENT ON COLUMN credential_passes.item IS 'requirement of the item that the text belongs to, empty for none';
COMMENT ON COLUMN credential_passes.digest IS 'HMAC-SHA-256 of the text under salt: only this very text passes';
REVOKE UPDATE ON credential_passes FROM proofwalk_app;

ALTER TABLE evidence
    ADD COLUMN document_digest text,
    ADD COLUMN document_name   text,
    ADD COLUMN masks           integer NOT NULL DEFAULT 0 CHECK (masks BETWEEN 0 AND 1000),
    ADD CONSTRAINT evidence_document_fkey FOREIGN KEY (partner_id, document_digest) REFERENCES artifacts (partner_id, digest),
    ADD CONSTRAINT evidence_document_whole CHECK ((document_digest IS NULL) = (document_name IS NULL)),
    ADD CONSTRAINT evidence_document_kind CHECK (document_digest IS NULL OR kind IN ('declaration', 'observation'));
COMMENT ON COLUMN evidence.masks IS 'areas of a screenshot that were covered before it was sent, as the sender''s browser counted';
COMMENT ON COLUMN evidence.document_digest IS 'a file beside the text: downloads only, never shown in a page';

COMMIT;
