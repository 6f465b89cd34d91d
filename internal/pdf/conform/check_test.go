package conform

import "testing"

// TestGoodBook: a file without faults has none, and all its parts are known.
func TestGoodBook(t *testing.T) {
	t.Parallel()
	r, err := Check(good(t).bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Violations {
		t.Error(v)
	}
	for _, u := range r.Undecided {
		t.Error("undecided: " + u)
	}
	if r.Pages != 2 || len(r.Rules) != len(Rules()) {
		t.Errorf("looked at %d pages with %d of %d rules", r.Pages, len(r.Rules), len(Rules()))
	}
}
