package testkit_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/pgembed"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	first, second := testkit.DB(t), testkit.DB(t)
	if _, err := first.Owner.Exec(ctx, "CREATE TABLE only_here ()"); err != nil {
		t.Fatal(err)
	}
	var exists bool
	err := second.Owner.QueryRow(ctx, "SELECT to_regclass('only_here') IS NOT NULL").Scan(&exists)
	if err != nil || exists {
		t.Errorf("a table of one database exists in the other: %v, %v", exists, err)
	}
}

func TestPoolsConnectAsTheirRoles(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testkit.DB(t)
	var app, owner string
	if err := database.Pool.QueryRow(ctx, "SELECT current_user::text").Scan(&app); err != nil {
		t.Fatal(err)
	}
	if err := database.Owner.QueryRow(ctx, "SELECT current_user::text").Scan(&owner); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{pgembed.AppRole, pgembed.OwnerRole}, []string{app, owner}); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	if _, err := database.Pool.Exec(ctx, "CREATE TABLE mine ()"); err == nil {
		t.Error("the app role may create tables")
	}
	// The job queue's tables are the app's to use.
	if _, err := database.Pool.Exec(ctx, "INSERT INTO river_job (args, kind, max_attempts) VALUES ('{}', 'probe', 1)"); err != nil {
		t.Errorf("the app role cannot insert a job: %v", err)
	}
}

func TestDatabaseIsDroppedAtTheEnd(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	watcher := testkit.EmptyDB(t)
	var name string
	t.Run("inner", func(t *testing.T) {
		inner := testkit.DB(t)
		name = inner.Name
		if err := inner.Pool.Ping(ctx); err != nil {
			t.Fatal(err)
		}
	})
	var exists bool
	err := watcher.Pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err != nil || exists || name == "" {
		t.Errorf("database %q exists after its test: %v, %v", name, exists, err)
	}
}

func BenchmarkDB(b *testing.B) {
	for b.Loop() {
		database := testkit.DB(b)
		if err := database.Pool.Ping(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
