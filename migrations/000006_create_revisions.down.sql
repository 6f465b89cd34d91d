BEGIN;
DROP TABLE packets, sign_offs, walkthrough_steps, walkthroughs, remarks, decisions, revisions;
COMMIT;
