package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// Two runs of a scenario stand side by side, the earlier first whichever is asked
// for: what appeared, what went, and where the ways part.
func TestComparingTwoRuns(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	v := r.as(t, r.member)
	v.send(r.uploadPath(r.run), "browser", har("right.har", testFile(t, "captures", "recorded", "right-happy-path.har"))).wants(http.StatusOK, "Run 1: happy path")
	second := r.newRun(t, "happy-path", "driver-licence")
	p := v.send(r.uploadPath(second), "browser", har("faulty.har", testFile(t, "captures", "recorded", "faulty-happy-path.har")))
	p.wants(http.StatusOK, "Run 2: happy path")
	if got := p.text(`a[href$="/compare/` + r.run.String() + `"]`); got != "Run 1" {
		t.Fatalf("the run's page leads to a comparison with %q", got)
	}
	runs := "/integrations/" + r.integration.String() + "/runs/"
	p = v.get(runs + second.String() + "/compare/" + r.run.String())
	p.wants(http.StatusOK, "Run 1 beside run 2")
	appeared := p.text("article.finding .rule")
	for _, rule := range []string{"AR-08", "TR-06"} {
		if !strings.Contains(appeared, rule) {
			t.Errorf("what appeared is %q, without %s", appeared, rule)
		}
	}
	if got := p.text("main"); !strings.Contains(got, "only in the later run") || !strings.Contains(got, "only in the earlier run") || !strings.Contains(got, "are alike") {
		t.Errorf("the hops say %q", got)
	}
	turned := v.get(runs + r.run.String() + "/compare/" + second.String())
	turned.wants(http.StatusOK, "Run 1 beside run 2")
	if got := turned.text("article.finding .rule"); got != appeared {
		t.Errorf("asked the other way round it says %q, want %q", got, appeared)
	}

	third := r.newRun(t, "consent-denied", "driver-licence")
	for _, other := range []string{third.String(), second.String(), "no-run"} {
		v.get(runs+second.String()+"/compare/"+other).wants(http.StatusNotFound, "There is no such page")
	}
}
