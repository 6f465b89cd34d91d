-- Questions that readers of a packet pin to a place of it, with their answers.
BEGIN;
CREATE TABLE questions (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    integration_id uuid NOT NULL,
    packet_id      uuid NOT NULL,
    number         integer NOT NULL,
    anchor         text NOT NULL CHECK (anchor <> ''),
    text           text NOT NULL CHECK (text <> ''),
    asked_by       uuid NOT NULL REFERENCES users (id),
    asked_at       timestamptz NOT NULL,
    answer         text CHECK (answer <> ''),
    answered_by    uuid REFERENCES users (id),
    answered_at    timestamptz,
    row_version    integer NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, integration_id, number),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, packet_id) REFERENCES packets (partner_id, id),
    CHECK ((answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX questions_packet_idx ON questions (partner_id, packet_id);
COMMENT ON COLUMN questions.anchor IS 'a place of the packet: TST-09, t-001.e4';
COMMIT;
