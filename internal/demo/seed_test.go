package demo_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/demo"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// TestSeed fills a server and looks at where everything stands then.
func TestSeed(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	var progress bytes.Buffer
	if err := demo.Seed(t.Context(), a, &progress); err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	t.Log(progress.String())
	users, err := store.ListUsers(t.Context(), a.Store.Reader())
	if err != nil || len(users) != 5 {
		t.Errorf("there are %d people, want 5 (%v)", len(users), err)
	}
	got := stands(t, a)
	want := map[string]standing{
		"Lakeshore Benefits":      {Stage: store.StageWalkthrough, Consultant: "Samira Osei", Captures: 8, Revision: store.RevisionReady, Packets: "r1.1 made"},
		"Quickpass Tickets":       {Stage: store.StageTesting, Consultant: "Samira Osei", Captures: 3, Revision: store.RevisionReturned, Remarks: 3},
		"Okta sample application": {Stage: store.StageTesting, Captures: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the integrations stand elsewhere (-want +got):\n%s", diff)
	}
}

// standing is where an integration is on its way.
type standing struct {
	Stage      store.Stage
	Consultant string
	Captures   int
	Revision   store.RevisionState
	Remarks    int
	Packets    string
}

func stands(t *testing.T, a *app.App) map[string]standing {
	t.Helper()
	ctx, q, all := t.Context(), a.Store.Reader(), auth.System().Scope()
	list, err := store.ListIntegrationSummaries(ctx, q, all)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]standing{}
	for _, i := range list {
		captures, err := store.ListCaptures(ctx, q, all, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		revisions, err := store.ListRevisions(ctx, q, all, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		remarks, err := store.ListRemarks(ctx, q, all, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		packets, err := store.ListPackets(ctx, q, all, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		s := standing{Stage: i.Stage, Consultant: i.ConsultantName, Captures: len(captures), Remarks: len(remarks)}
		if len(revisions) > 0 {
			s.Revision = revisions[0].State
		}
		var made []string
		for _, p := range packets {
			if p.Digest != nil {
				made = append(made, fmt.Sprintf("r%d.%d made", p.RevisionNumber, p.Edition))
			}
		}
		s.Packets = strings.Join(made, ", ")
		got[i.Name] = s
	}
	return got
}
