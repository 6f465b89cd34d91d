BEGIN;
DROP TABLE received_attributes;
DROP TABLE sign_ins;
COMMIT;
