package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/testkit"
)

// What the roles may do to every table there is: a new table that needs less
// than the default is named here.
func TestRolesMayDoNoMoreThanTheyNeed(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), testkit.DB(t).OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	for _, c := range []struct {
		role, privilege string
		// without are the tables that the role must not do this to; all says that there is no other.
		without []string
		all     bool
	}{
		{role: "proofwalk_app", privilege: "TRUNCATE", all: true},
		{role: "proofwalk_app", privilege: "TRIGGER", all: true},
		{role: "proofwalk_app", privilege: "UPDATE", without: []string{"audit_checkpoints", "audit_entries", "audit_held", "audit_nodes", "audit_pending", "audit_personal", "audit_positions", "credential_passes", "key_lists"}},
		{role: "proofwalk_app", privilege: "DELETE", without: []string{"audit_checkpoints", "audit_entries", "audit_head", "audit_held", "audit_nodes", "audit_positions", "credential_passes", "key_lists"}},
		{role: "proofwalk_read", privilege: "INSERT", all: true},
		{role: "proofwalk_read", privilege: "UPDATE", all: true},
		{role: "proofwalk_read", privilege: "DELETE", all: true},
		{role: "proofwalk_read", privilege: "TRUNCATE", all: true},
		{role: "proofwalk_read", privilege: "SELECT", without: []string{"audit_personal", "passkeys", "sessions", "sign_in_links"}},
	} {
		rows, err := conn.Query(t.Context(), `
			SELECT c.relname FROM pg_class c
			WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = 'public'::regnamespace
			AND c.relname NOT LIKE 'river%' AND c.relname <> 'schema_migrations'
			AND has_table_privilege($1, c.oid, $2) = $3 ORDER BY c.relname`, c.role, c.privilege, c.all)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.without, got, cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
			t.Errorf("%s, %s: the tables (-want +got):\n%s", c.role, c.privilege, diff)
		}
	}
	var owned int
	if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_class WHERE relowner IN ('proofwalk_app'::regrole, 'proofwalk_read'::regrole)`).Scan(&owned); err != nil || owned != 0 {
		t.Errorf("app and read own %d objects: %v", owned, err)
	}
}
