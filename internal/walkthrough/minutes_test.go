package walkthrough

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
)

func at(minute int) time.Time {
	return time.Date(2026, 11, 24, 9, minute, 0, 0, time.FixedZone("CST", -6*60*60))
}

// held gives the minutes of a walkthrough that ended with a condition.
func held() Minutes {
	s := steps(Confirmed, WithCondition, Confirmed)
	return Minutes{
		Revision: 3, Place: "Video call",
		People:    []Person{{"Noor Haddad", Drives}, {"Dana Whitlock", Leads}, {"Emil Sato", Observes}},
		StartedAt: at(0), EndedAt: at(40),
		Steps: []MarkedStep{
			{Step: s[1], MarkedBy: "Dana Whitlock", MarkedAt: at(12)},
			{Step: s[0], MarkedBy: "Dana Whitlock", MarkedAt: at(5)},
			{Step: s[2], MarkedBy: "Dana Whitlock", MarkedAt: at(20)},
		},
		Outcome: GoWithConditions, DecidedBy: "Dana Whitlock",
	}
}

func TestBuildMinutes(t *testing.T) {
	t.Parallel()
	in := held()
	got, err := BuildMinutes(in, nil)
	if err != nil {
		t.Fatalf("building minutes: %v", err)
	}
	s := steps(Confirmed, WithCondition, Confirmed)
	utc := func(minute int) time.Time { return time.Date(2026, 11, 24, 15, minute, 0, 0, time.UTC) }
	want := held()
	want.StartedAt, want.EndedAt = utc(0), utc(40)
	want.Steps = []MarkedStep{
		{Step: s[0], MarkedBy: "Dana Whitlock", MarkedAt: utc(5)},
		{Step: s[1], MarkedBy: "Dana Whitlock", MarkedAt: utc(12)},
		{Step: s[2], MarkedBy: "Dana Whitlock", MarkedAt: utc(20)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("minutes (-want +got):\n%s", diff)
	}
	if got.StartedAt.Location() != time.UTC || got.Steps[0].MarkedAt.Location() != time.UTC {
		t.Error("times are not in UTC")
	}
	if diff := cmp.Diff(held(), in); diff != "" {
		t.Errorf("the input was changed (-want +got):\n%s", diff)
	}
	if conditions := got.Conditions(); len(conditions) != 1 || conditions[0].ItemID != "SES-04" {
		t.Errorf("conditions = %v, want SES-04's", conditions)
	}
}

func TestBuildMinutesRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Minutes)
		kind   apperr.Kind
		says   string
	}{
		"never started":       {func(m *Minutes) { m.StartedAt = time.Time{} }, apperr.Conflict, "started before it ends"},
		"ended before":        {func(m *Minutes) { m.EndedAt = at(-1) }, apperr.Conflict, "started before it ends"},
		"never ended":         {func(m *Minutes) { m.EndedAt = time.Time{} }, apperr.Conflict, "started before it ends"},
		"nobody drives":       {func(m *Minutes) { m.People = m.People[1:] }, apperr.Conflict, "who drives"},
		"nobody leads":        {func(m *Minutes) { m.People = m.People[:1] }, apperr.Conflict, "who leads"},
		"mark without words":  {func(m *Minutes) { m.Steps[0].Observation = "" }, apperr.Invalid, "needs an observation"},
		"an unknown mark":     {func(m *Minutes) { m.Steps[0].Mark = "fine" }, apperr.Invalid, "needs a mark"},
		"go with a condition": {func(m *Minutes) { m.Outcome = Go }, apperr.Conflict, "step 2 (SES-04) has a condition; DAT-06 is open"},
		"step left out":       {func(m *Minutes) { m.Steps[1].Mark = "" }, apperr.Conflict, "step 1 (SES-03) has no mark"},
		"no outcome":          {func(m *Minutes) { m.Outcome = "" }, apperr.Invalid, "needs an outcome"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := held()
			tt.change(&m)
			got, err := BuildMinutes(m, []checklist.Blocker{{ItemID: "DAT-06", Reason: "is open"}})
			if !apperr.Is(err, tt.kind) || !strings.Contains(apperr.TextOf(err), tt.says) {
				t.Errorf("got %v, want %s with %q", err, tt.kind, tt.says)
			}
			if diff := cmp.Diff(Minutes{}, got); diff != "" {
				t.Errorf("refused minutes are not empty:\n%s", diff)
			}
		})
	}
}

// The database takes exactly the words of this package.
func TestWordsOfTheSchema(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../migrations/000006_create_revisions.up.sql")
	if err != nil {
		t.Fatalf("reading the migration: %v", err)
	}
	for column, want := range map[string]string{
		"mark":     "'" + string(Confirmed) + "', '" + string(NotConfirmed) + "', '" + string(WithCondition) + "'",
		"decision": "'ready', 'returned', '" + string(Go) + "', '" + string(GoWithConditions) + "', '" + string(NoGo) + "'",
	} {
		m := regexp.MustCompile(`CHECK \(` + column + ` IN \(([^)]*)\)\)`).FindSubmatch(b)
		if m == nil || string(m[1]) != want {
			t.Errorf("%s: the schema says %q, the code %q", column, m, want)
		}
	}
}
