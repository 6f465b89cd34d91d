package demo

import "context"

// tellOkta describes a second integration of Lakeshore and records one run. It
// has no consultant yet and waits in the provider's queue.
func (s *seeder) tellOkta(ctx context.Context) error {
	t, err := s.begin(ctx, s.lakeshoreAdmin, "okta_sample.yaml")
	if err != nil {
		return err
	}
	return t.record(ctx, "", run{"happy-path", "standard-user", "hars/piyushazanjad_okta-har-analyzer__sample.har", ""})
}
