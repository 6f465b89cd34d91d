BEGIN;
DROP TABLE settings, sessions, sign_in_links, passkeys, partner_members, users, partners;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM proofwalk_app, proofwalk_read;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM proofwalk_app;
COMMIT;
