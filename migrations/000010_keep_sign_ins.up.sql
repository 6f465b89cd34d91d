-- What is kept of the sign-ins of a test run beside its findings, so that pages
-- over many runs open no transcripts. Runs judged before have none until they
-- are judged anew.
BEGIN;

CREATE TABLE sign_ins (
    partner_id       uuid NOT NULL,
    integration_id   uuid NOT NULL,
    test_run_id      uuid NOT NULL,
    number           integer NOT NULL CHECK (number > 0),
    protocol         text NOT NULL CHECK (protocol IN ('oauth', 'saml')),
    start            text NOT NULL CHECK (start IN ('request', 'provider', 'missing')),
    outcome          text NOT NULL CHECK (outcome IN ('code', 'error', 'token', 'success', 'unknown', 'abandoned')),
    error_code       text NOT NULL,
    authorize        jsonb NOT NULL,
    callback         jsonb,
    final            jsonb,
    final_status     integer NOT NULL,
    errors           jsonb NOT NULL,
    policies         text[] NOT NULL,
    attributes_known boolean NOT NULL,
    attributes_why   text NOT NULL,
    PRIMARY KEY (partner_id, test_run_id, number),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, test_run_id) REFERENCES test_runs (partner_id, id)
);
CREATE INDEX sign_ins_integration_idx ON sign_ins (partner_id, integration_id, test_run_id, number);
COMMENT ON TABLE sign_ins IS 'one per sign-in of a test run, computed with its findings and replaced with them';
COMMENT ON COLUMN sign_ins.number IS 'within the test run, from 1; the flow of findings';
COMMENT ON COLUMN sign_ins.authorize IS 'capture and entry of the request; callback and final likewise';
COMMENT ON COLUMN sign_ins.errors IS 'error transcripts: the documented refusals that it met, with what the user saw and what the rules say';
COMMENT ON COLUMN sign_ins.attributes_known IS 'whether the run shows which attributes were received; attributes_why says why not';

CREATE TABLE received_attributes (
    partner_id     uuid NOT NULL,
    integration_id uuid NOT NULL,
    test_run_id    uuid NOT NULL,
    number         integer NOT NULL,
    position       integer NOT NULL,
    handle         text NOT NULL,
    is_empty       boolean NOT NULL,
    at             jsonb NOT NULL,
    PRIMARY KEY (partner_id, test_run_id, number, position),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, test_run_id, number) REFERENCES sign_ins (partner_id, test_run_id, number) ON DELETE CASCADE
);
CREATE INDEX received_attributes_integration_idx ON received_attributes (partner_id, integration_id, test_run_id, number, position);
COMMENT ON TABLE received_attributes IS 'names of what a sign-in received, never a value';
COMMENT ON COLUMN received_attributes.handle IS 'in clear only where the description names it, else redacted';

COMMIT;
