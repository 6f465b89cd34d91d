-- What judging a run again changed: both verdicts are shown where a claim rests
-- on the run, while the findings themselves are replaced.
BEGIN;
CREATE TABLE verdict_changes (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    test_run_id uuid NOT NULL,
    rule text NOT NULL,
    rule_set_before integer NOT NULL,
    version_before integer NOT NULL,
    verdict_before text NOT NULL CHECK (verdict_before IN ('', 'pass', 'fail', 'warn', 'not_seen')),
    rule_set integer NOT NULL,
    configuration_version integer NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('', 'pass', 'fail', 'warn', 'not_seen')),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, test_run_id) REFERENCES test_runs (partner_id, id)
);
CREATE INDEX verdict_changes_run ON verdict_changes (partner_id, test_run_id, rule);
COMMENT ON TABLE verdict_changes IS 'rules that said otherwise of a test run when it was judged again';
COMMENT ON COLUMN verdict_changes.verdict_before IS 'the worst that the rule said of a sign-in of the run; empty where it said nothing';
COMMIT;
