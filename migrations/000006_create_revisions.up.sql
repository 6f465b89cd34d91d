-- Revisions, remarks, decisions, walkthroughs, sign-offs and packets.
BEGIN;

CREATE TABLE revisions (
    partner_id            uuid NOT NULL,
    id                    uuid NOT NULL,
    integration_id        uuid NOT NULL,
    number                integer NOT NULL,
    configuration_version integer NOT NULL,
    rule_set              integer NOT NULL,
    round_id              uuid NOT NULL,
    frozen                jsonb NOT NULL,
    state                 text NOT NULL CHECK (state IN ('submitted', 'ready', 'returned')),
    submitted_by          uuid NOT NULL REFERENCES users (id),
    submitted_at          timestamptz NOT NULL,
    row_version           integer NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, integration_id, number),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, round_id) REFERENCES rounds (partner_id, id),
    FOREIGN KEY (partner_id, integration_id, configuration_version) REFERENCES configuration_versions (partner_id, integration_id, version)
);
COMMENT ON COLUMN revisions.frozen IS 'items, evidence and findings as they stood when the partner submitted';
CREATE UNIQUE INDEX revisions_open_key ON revisions (partner_id, integration_id) WHERE state = 'submitted';
CREATE INDEX revisions_queue_idx ON revisions (submitted_at) WHERE state = 'submitted';

CREATE TABLE decisions (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    integration_id uuid NOT NULL,
    revision_id    uuid NOT NULL,
    decision       text NOT NULL CHECK (decision IN ('ready', 'returned', 'go', 'go_with_conditions', 'no_go')),
    reasons        text NOT NULL,
    decided_by     uuid NOT NULL REFERENCES users (id),
    happened_at    timestamptz NOT NULL,
    captured_at    timestamptz NOT NULL,
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, revision_id) REFERENCES revisions (partner_id, id)
);
CREATE INDEX decisions_revision_idx ON decisions (partner_id, revision_id);
COMMENT ON TABLE decisions IS 'the decision of a review and the outcome of a walkthrough';

CREATE TABLE remarks (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    integration_id uuid NOT NULL,
    item_id        uuid NOT NULL,
    number         integer NOT NULL,
    revision_id    uuid,
    capture_id     uuid,
    entry_n        integer,
    param          text,
    text           text NOT NULL CHECK (text <> ''),
    state          text NOT NULL CHECK (state IN ('open', 'answered', 'closed', 'waived')),
    created_by     uuid NOT NULL REFERENCES users (id),
    created_at     timestamptz NOT NULL,
    answer         text,
    answered_by    uuid REFERENCES users (id),
    answered_at    timestamptz,
    closed_by      uuid REFERENCES users (id),
    closed_at      timestamptz,
    waiver_reason  text,
    row_version    integer NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, integration_id, number),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, item_id) REFERENCES checklist_items (partner_id, id),
    FOREIGN KEY (partner_id, revision_id) REFERENCES revisions (partner_id, id),
    FOREIGN KEY (partner_id, capture_id) REFERENCES captures (partner_id, id),
    CHECK ((state = 'waived') = (waiver_reason IS NOT NULL))
);
CREATE INDEX remarks_item_idx ON remarks (partner_id, integration_id, item_id);

CREATE TABLE walkthroughs (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    integration_id uuid NOT NULL,
    revision_id    uuid NOT NULL,
    state          text NOT NULL CHECK (state IN ('planned', 'running', 'ended')),
    planned_for    timestamptz NOT NULL,
    place          text NOT NULL,
    people         jsonb NOT NULL,
    started_at     timestamptz,
    ended_at       timestamptz,
    created_by     uuid NOT NULL REFERENCES users (id),
    created_at     timestamptz NOT NULL,
    row_version    integer NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, revision_id),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, revision_id) REFERENCES revisions (partner_id, id)
);
COMMENT ON COLUMN walkthroughs.people IS 'who takes part: name and part (drives, leads, observes)';

CREATE TABLE walkthrough_steps (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    walkthrough_id uuid NOT NULL,
    n              integer NOT NULL,
    item_id        uuid NOT NULL,
    title          text NOT NULL,
    mark           text CHECK (mark IN ('confirmed', 'not_confirmed', 'with_condition')),
    observation    text NOT NULL DEFAULT '',
    marked_by      uuid REFERENCES users (id),
    marked_at      timestamptz,
    row_version    integer NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, walkthrough_id, n),
    FOREIGN KEY (partner_id, walkthrough_id) REFERENCES walkthroughs (partner_id, id),
    FOREIGN KEY (partner_id, item_id) REFERENCES checklist_items (partner_id, id),
    CHECK ((mark IS NULL) = (marked_by IS NULL)),
    CHECK (mark IS NULL OR mark = 'confirmed' OR observation <> '')
);

CREATE TABLE sign_offs (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    integration_id uuid NOT NULL,
    revision_id    uuid NOT NULL,
    part           text NOT NULL CHECK (part IN ('partner', 'reviewer', 'account_team')),
    signed_off_by  uuid NOT NULL REFERENCES users (id),
    signed_off_at  timestamptz NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, revision_id, part),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, revision_id) REFERENCES revisions (partner_id, id)
);
COMMENT ON TABLE sign_offs IS 'human acts, not cryptography';

CREATE TABLE packets (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    integration_id uuid NOT NULL,
    revision_id    uuid NOT NULL,
    edition        integer NOT NULL CHECK (edition >= 1),
    state          text NOT NULL CHECK (state IN ('pending', 'made', 'superseded')),
    problem        text,
    salts          bytea NOT NULL,
    content        jsonb NOT NULL,
    digest         text,
    packet_json    text,
    bytes          bigint,
    created_at     timestamptz NOT NULL,
    made_at        timestamptz,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, revision_id, edition),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, revision_id) REFERENCES revisions (partner_id, id),
    FOREIGN KEY (partner_id, digest) REFERENCES artifacts (partner_id, digest),
    CHECK ((state = 'pending') = (digest IS NULL))
);
COMMENT ON COLUMN packets.salts IS 'seed of the salts of the leaves, kept so that a retry gives the same bytes';
COMMENT ON COLUMN packets.content IS 'what the packet is made of, fixed when it was asked for';
COMMENT ON COLUMN packets.packet_json IS 'SHA-256 of packet.json, hex';
COMMENT ON COLUMN packets.problem IS 'why the last attempt to make it did not succeed, in words for users';

COMMIT;
