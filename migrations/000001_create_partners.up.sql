-- Partners, users and how users sign in.
-- Roles proofwalk_owner, proofwalk_app and proofwalk_read come from the operator
-- or from the embedded server; migrations run as the owner and only grant.
BEGIN;

ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO proofwalk_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO proofwalk_read;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO proofwalk_app;

CREATE TABLE partners (
    id          uuid PRIMARY KEY,
    name        text NOT NULL CHECK (name <> ''),
    raw_uploads text NOT NULL DEFAULT 'allowed' CHECK (raw_uploads IN ('allowed', 'forbidden')),
    created_at  timestamptz NOT NULL,
    row_version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX partners_name_key ON partners (lower(name));
COMMENT ON COLUMN partners.raw_uploads IS 'whether captures may arrive unredacted and be redacted while they stream in';

CREATE TABLE users (
    id            uuid PRIMARY KEY,
    name          text NOT NULL CHECK (name <> ''),
    email         text NOT NULL CHECK (email <> ''),
    provider_role text CHECK (provider_role IN ('consultant', 'account_team', 'provider_admin')),
    disabled_at   timestamptz,
    created_at    timestamptz NOT NULL,
    row_version   integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
COMMENT ON COLUMN users.provider_role IS 'set for people of the identity provider only; partners'' people have partner_members rows';

CREATE TABLE partner_members (
    partner_id  uuid NOT NULL REFERENCES partners (id),
    user_id     uuid NOT NULL REFERENCES users (id),
    role        text NOT NULL CHECK (role IN ('admin', 'member', 'viewer')),
    created_at  timestamptz NOT NULL,
    row_version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, user_id)
);
CREATE INDEX partner_members_user_id_idx ON partner_members (user_id);

CREATE TABLE passkeys (
    id            uuid PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users (id),
    credential_id bytea NOT NULL UNIQUE,
    credential    jsonb NOT NULL,
    name          text NOT NULL,
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz
);
CREATE INDEX passkeys_user_id_idx ON passkeys (user_id);
COMMENT ON COLUMN passkeys.credential IS 'public key and flags as the webauthn library keeps them; no secret';

CREATE TABLE sign_in_links (
    id          uuid PRIMARY KEY,
    token_hash  bytea NOT NULL UNIQUE,
    purpose     text NOT NULL CHECK (purpose IN ('setup', 'invitation', 'sign_in')),
    user_id     uuid REFERENCES users (id),
    created_by  uuid REFERENCES users (id),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    CHECK ((purpose = 'setup') = (user_id IS NULL))
);
COMMENT ON COLUMN sign_in_links.token_hash IS 'SHA-256 of the token; the token itself is shown once and never stored';

-- The table that the session library expects; tokens are stored as hashes.
CREATE TABLE sessions (
    token  text PRIMARY KEY,
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry_idx ON sessions (expiry);

CREATE TABLE settings (
    name        text PRIMARY KEY,
    value       text NOT NULL,
    row_version integer NOT NULL DEFAULT 1
);
COMMENT ON TABLE settings IS 'settings of the provider, by name from a closed list in the code';

-- What would let a reader act as somebody stays out of the read role's sight.
REVOKE SELECT ON sessions, sign_in_links, passkeys FROM proofwalk_read;

COMMIT;
