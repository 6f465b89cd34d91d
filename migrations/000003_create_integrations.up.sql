-- Integrations, their configuration versions and their rounds.
BEGIN;

CREATE TABLE integrations (
    partner_id            uuid NOT NULL REFERENCES partners (id),
    id                    uuid NOT NULL UNIQUE,
    name                  text NOT NULL CHECK (name <> ''),
    configuration_version integer NOT NULL,
    consultant_id         uuid REFERENCES users (id),
    stage                 text NOT NULL CHECK (stage IN ('described', 'testing', 'review', 'walkthrough', 'sign_off', 'live')),
    stage_since           timestamptz NOT NULL,
    created_by            uuid NOT NULL REFERENCES users (id),
    created_at            timestamptz NOT NULL,
    row_version           integer NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, id)
);
CREATE UNIQUE INDEX integrations_name_key ON integrations (partner_id, lower(name));
CREATE INDEX integrations_consultant_idx ON integrations (consultant_id);

CREATE TABLE configuration_versions (
    partner_id     uuid NOT NULL,
    integration_id uuid NOT NULL,
    version        integer NOT NULL,
    config         jsonb NOT NULL,
    digest         text NOT NULL,
    saved_by       uuid NOT NULL REFERENCES users (id),
    saved_at       timestamptz NOT NULL,
    PRIMARY KEY (partner_id, integration_id, version),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id)
);
COMMENT ON COLUMN configuration_versions.config IS 'integration.yaml v1 as JSON';

CREATE TABLE rounds (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    integration_id uuid NOT NULL,
    number         integer NOT NULL,
    sealed_key     bytea,
    names          jsonb NOT NULL DEFAULT '{}',
    opened_at      timestamptz NOT NULL,
    closed_at      timestamptz,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, integration_id, number),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    CHECK ((closed_at IS NULL) = (sealed_key IS NOT NULL))
);
CREATE UNIQUE INDEX rounds_open_key ON rounds (partner_id, integration_id) WHERE closed_at IS NULL;
COMMENT ON COLUMN rounds.sealed_key IS 'pseudonym key, sealed under a key outside the database; destroyed when the round closes';
COMMENT ON COLUMN rounds.names IS 'keyed digests of undeclared hosts and path segments with their numbers, so that they stay the same within the round';

COMMIT;
