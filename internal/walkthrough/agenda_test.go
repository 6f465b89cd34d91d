package walkthrough

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// builtinItems gives the built-in checklist as it starts for an integration.
func builtinItems(cfg integration.Config) []Item {
	var items []Item
	for _, r := range checklist.Builtin().Requirements {
		items = append(items, Item{Title: r.Title, Step: r.Step, Item: checklist.Item{
			ID: r.ID, By: r.By, Phase: r.Phase, Required: r.Required, Applies: r.Applies(cfg), State: checklist.Open}})
	}
	return items
}

func TestAgendaOfTheBuiltinTemplate(t *testing.T) {
	t.Parallel()
	steps := Agenda(builtinItems(integration.Config{Protocol: integration.OIDC, UseCases: []integration.UseCase{integration.Identity}}))
	var ids []string
	for n, s := range steps {
		ids = append(ids, s.ItemID)
		if s.N != n+1 || s.Title == "" || s.Say == "" || s.Expect == "" || s.Mark != "" || s.Observation != "" {
			t.Errorf("step %d is not worded, not numbered or marked already: %+v", n+1, s)
		}
		if optional := s.ItemID == "SES-01" || s.ItemID == "SES-02"; s.Required == optional {
			t.Errorf("step %s: required = %v", s.ItemID, s.Required)
		}
	}
	if diff := cmp.Diff([]string{"RDY-01", "SES-01", "SES-02", "SES-03", "SES-04", "SES-05", "SES-06"}, ids); diff != "" {
		t.Errorf("agenda (-want +got):\n%s", diff)
	}
}

func TestAgendaLeavesOut(t *testing.T) {
	t.Parallel()
	item := func(id string, change func(*Item)) Item {
		i := Item{Title: id, Item: checklist.Item{ID: id, Phase: checklist.PhaseWalkthrough, Applies: true, State: checklist.Open}}
		change(&i)
		return i
	}
	steps := Agenda([]Item{
		item("review", func(i *Item) { i.Phase = checklist.PhaseReview }),
		item("accepted", func(i *Item) { i.State = checklist.Accepted }),
		item("ruled out", func(i *Item) { i.Applies = false }),
		item("go-live", func(i *Item) { i.Phase = checklist.PhaseGoLive }),
		item("not applicable", func(i *Item) { i.State, i.Confirmed = checklist.NotApplicable, true }),
		item("not confirmed as such", func(i *Item) { i.State = checklist.NotApplicable }),
		item("required", func(i *Item) { i.Required = true }),
	})
	want := []Step{
		{N: 1, ItemID: "accepted", Title: "accepted"},
		{N: 2, ItemID: "not confirmed as such", Title: "not confirmed as such"},
		{N: 3, ItemID: "required", Title: "required", Required: true},
	}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("agenda (-want +got):\n%s", diff)
	}
	if steps := Agenda(nil); steps != nil {
		t.Errorf("nothing gives %v", steps)
	}
}

func TestCheckMark(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		mark        Mark
		observation string
		field       string // that is refused, empty for none
	}{
		{Confirmed, "", ""},
		{Confirmed, "The page loads.", ""},
		{NotConfirmed, "", "observation"},
		{NotConfirmed, " \n\t", "observation"},
		{NotConfirmed, "The page stays blank.", ""},
		{WithCondition, "", "observation"},
		{WithCondition, "Logo to be replaced.", ""},
		{"", "The page loads.", "mark"},
		{"condition", "The page loads.", "mark"},
	} {
		err := CheckMark(tt.mark, tt.observation)
		checkField(t, err, tt.field)
	}
}

// checkField wants apperr.Invalid on the field, or no error for the empty one.
func checkField(t *testing.T, err error, field string) {
	t.Helper()
	if field == "" {
		if err != nil {
			t.Errorf("refused with %v", err)
		}
		return
	}
	fields := apperr.FieldsOf(err)
	if !apperr.Is(err, apperr.Invalid) || len(fields) != 1 || fields[0].Name != field {
		t.Errorf("got %v with fields %v, want invalid on %s", err, fields, field)
	}
}
