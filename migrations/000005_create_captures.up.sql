-- Test runs, captures with their entries, findings, artifacts and evidence.
BEGIN;

CREATE TABLE test_runs (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    integration_id uuid NOT NULL,
    round_id       uuid NOT NULL,
    number         integer NOT NULL,
    scenario       text NOT NULL,
    test_user      text NOT NULL,
    release        text NOT NULL,
    created_by     uuid NOT NULL REFERENCES users (id),
    created_at     timestamptz NOT NULL,
    row_version    integer NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, integration_id, number),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, round_id) REFERENCES rounds (partner_id, id)
);
COMMENT ON COLUMN test_runs.test_user IS 'label of a test user of the integration, never a name or credential';

-- Bytes live in the blob store under their digest; this is what the database knows of them.
CREATE TABLE artifacts (
    partner_id uuid NOT NULL REFERENCES partners (id),
    digest     text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    bytes      bigint NOT NULL,
    width      integer,
    height     integer,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (partner_id, digest)
);

CREATE TABLE captures (
    partner_id            uuid NOT NULL,
    id                    uuid NOT NULL,
    integration_id        uuid NOT NULL,
    test_run_id           uuid NOT NULL,
    round_id              uuid NOT NULL,
    number                integer NOT NULL,
    kind                  text NOT NULL CHECK (kind IN ('browser', 'recorder', 'back_channel', 'probe')),
    exporter              text NOT NULL,
    cannot_show           text[] NOT NULL,
    redacted_by           text NOT NULL CHECK (redacted_by IN ('server', 'partner_browser', 'partner_cli', 'partner_recorder', 'partner_server')),
    format                integer NOT NULL,
    policy                integer NOT NULL,
    digest                text NOT NULL,
    entry_count           integer NOT NULL,
    report                jsonb NOT NULL,
    configuration_version integer NOT NULL,
    happened_at           timestamptz,
    captured_at           timestamptz,
    received_at           timestamptz NOT NULL,
    created_by            uuid NOT NULL REFERENCES users (id),
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, integration_id, number),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, test_run_id) REFERENCES test_runs (partner_id, id),
    FOREIGN KEY (partner_id, round_id) REFERENCES rounds (partner_id, id),
    FOREIGN KEY (partner_id, digest) REFERENCES artifacts (partner_id, digest),
    FOREIGN KEY (partner_id, integration_id, configuration_version) REFERENCES configuration_versions (partner_id, integration_id, version)
);
CREATE INDEX captures_test_run_idx ON captures (partner_id, test_run_id, number);
COMMENT ON COLUMN captures.happened_at IS 'first request in the capture, by the clock of the recording machine';
COMMENT ON COLUMN captures.captured_at IS 'last request in the capture, by the clock of the recording machine';
COMMENT ON COLUMN captures.received_at IS 'when the server had all of it';
COMMENT ON COLUMN captures.report IS 'redaction report: rule, place, count';

CREATE TABLE entries (
    partner_id   uuid NOT NULL,
    capture_id   uuid NOT NULL,
    n            integer NOT NULL,
    method       text NOT NULL,
    status       integer NOT NULL,
    scheme       text NOT NULL,
    host         text NOT NULL,
    path         text NOT NULL,
    role         text NOT NULL CHECK (role IN ('partner', 'provider', 'third_party')),
    kind         text NOT NULL CHECK (kind IN ('redirect', 'page', 'sub_request', 'back_channel')),
    is_hop       boolean NOT NULL,
    part         text NOT NULL CHECK (part IN ('', 'authorize', 'callback', 'final', 'token', 'data')),
    page_name    text NOT NULL,
    parent       integer NOT NULL,
    entry        jsonb NOT NULL,
    searched     text NOT NULL GENERATED ALWAYS AS (lower(host || path || ' '
                     || jsonb_path_query_array(entry, '$.request.queryString[*].name')::text
                     || jsonb_path_query_array(entry, '$.request.postData.params[*].name')::text)) STORED,
    happened_at  timestamptz,
    captured_at  timestamptz,
    received_at  timestamptz NOT NULL,
    PRIMARY KEY (partner_id, capture_id, n),
    FOREIGN KEY (partner_id, capture_id) REFERENCES captures (partner_id, id)
) WITH (toast_tuple_target = 256); -- keeps the JSON out of line, so that counting and filtering read narrow rows
CREATE INDEX entries_hops_idx ON entries (partner_id, capture_id, n) WHERE is_hop;
COMMENT ON COLUMN entries.is_hop IS 'drawn by itself: a page or redirect of the browser''s own way, or a server''s call; not a sub-request';
COMMENT ON COLUMN entries.part IS 'what it is in its sign-in, empty for most';
COMMENT ON COLUMN entries.page_name IS 'what the partner calls the page, such as landing page; empty for all else';
COMMENT ON COLUMN entries.parent IS 'entry of the page that asked for a sub-request, -1 without one';
COMMENT ON COLUMN entries.entry IS 'the redacted entry as the transcript package reads it';
COMMENT ON COLUMN entries.searched IS 'what a search looks through: host, path and the names of parameters; large transcripts are searched without opening each entry';

CREATE TABLE findings (
    partner_id            uuid NOT NULL,
    id                    uuid NOT NULL,
    integration_id        uuid NOT NULL,
    test_run_id           uuid NOT NULL,
    position              integer NOT NULL,
    rule                  text NOT NULL,
    rule_set              integer NOT NULL,
    configuration_version integer NOT NULL,
    verdict               text NOT NULL CHECK (verdict IN ('pass', 'fail', 'warn', 'not_seen')),
    severity              text NOT NULL,
    finding               jsonb NOT NULL,
    computed_at           timestamptz NOT NULL,
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, test_run_id) REFERENCES test_runs (partner_id, id)
);
CREATE INDEX findings_run_idx ON findings (partner_id, test_run_id, position);
CREATE INDEX findings_rule_idx ON findings (partner_id, integration_id, rule);

CREATE TABLE evidence (
    partner_id            uuid NOT NULL,
    id                    uuid NOT NULL,
    integration_id        uuid NOT NULL,
    item_id               uuid NOT NULL,
    kind                  text NOT NULL CHECK (kind IN ('redirect', 'error', 'screenshot', 'back_channel', 'declaration', 'observation')),
    capture_id            uuid,
    artifact_digest       text,
    text                  text,
    configuration_version integer NOT NULL,
    rule_set              integer NOT NULL,
    happened_at           timestamptz,
    captured_at           timestamptz,
    received_at           timestamptz NOT NULL,
    created_by            uuid NOT NULL REFERENCES users (id),
    withdrawn_at          timestamptz,
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, item_id) REFERENCES checklist_items (partner_id, id),
    FOREIGN KEY (partner_id, capture_id) REFERENCES captures (partner_id, id),
    FOREIGN KEY (partner_id, artifact_digest) REFERENCES artifacts (partner_id, digest),
    FOREIGN KEY (partner_id, integration_id, configuration_version) REFERENCES configuration_versions (partner_id, integration_id, version),
    CHECK ((kind IN ('redirect', 'error', 'back_channel')) = (capture_id IS NOT NULL)),
    CHECK ((kind = 'screenshot') = (artifact_digest IS NOT NULL)),
    CHECK ((kind IN ('declaration', 'observation')) = (text IS NOT NULL))
);
CREATE INDEX evidence_item_idx ON evidence (partner_id, integration_id, item_id);

ALTER TABLE comments ADD FOREIGN KEY (partner_id, capture_id) REFERENCES captures (partner_id, id);

COMMIT;
