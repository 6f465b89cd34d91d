BEGIN;
DROP TABLE rounds, configuration_versions, integrations;
COMMIT;
