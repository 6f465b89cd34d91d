package store_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/migrations"
)

var quiet = slog.New(slog.DiscardHandler)

// files makes a migration pair of each up statement; down drops table tN.
func files(ups ...string) fstest.MapFS {
	made := fstest.MapFS{}
	for i, up := range ups {
		number := string(rune('1' + i))
		prefix := "00000" + number + "_step"
		made[prefix+".up.sql"] = &fstest.MapFile{Data: []byte(up)}
		made[prefix+".down.sql"] = &fstest.MapFile{Data: []byte("DROP TABLE t" + number)}
	}
	return made
}

const (
	stepOne = "CREATE TABLE t1 (a int)"
	stepTwo = "CREATE TABLE t2 (a int); INSERT INTO t2 VALUES (1)"
	broken  = "CREATE TABLE t2 (a int); SELECT * FROM nowhere"
)

func TestMigrateDownToNothingAndUpAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testkit.EmptyDB(t)
	if err := store.Migrate(ctx, database.OwnerURL, quiet); err != nil {
		t.Fatal(err)
	}
	version, err := store.MigrateVersion(ctx, database.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	if version.Known == 0 || version.Applied != version.Known || version.Dirty {
		t.Fatalf("version after migrating: %+v", version)
	}
	all, err := fs.Glob(migrations.FS, "*.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	before := schemaOf(t, database)
	if err := store.MigrateDown(ctx, database.OwnerURL, len(all), quiet); err != nil {
		t.Fatal(err)
	}
	left := strings.Join(strings.Fields(schemaOf(t, database)), " ")
	if left != "" {
		t.Errorf("left after taking all back: %s", left)
	}
	if err := store.Migrate(ctx, database.OwnerURL, quiet); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, schemaOf(t, database)); diff != "" {
		t.Errorf("schema after down and up (-first +second):\n%s", diff)
	}
}

// Taking back that a packet keeps several seals leaves it one: that of the packet
// as it was made, else the newest.
func TestMigrateDownKeepsOneSealOfAPacket(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testkit.EmptyDB(t)
	if err := store.Migrate(ctx, database.OwnerURL, quiet); err != nil {
		t.Fatal(err)
	}
	super := testkit.Superuser(t, database.Owner)
	for _, sql := range []string{
		`SET session_replication_role = replica`, // no partner, integration and revision for this
		`INSERT INTO packets (partner_id, id, integration_id, revision_id, edition, cause, state, salts, content, created_at, digest, packet_json)
			SELECT uuid_nil, id::uuid, uuid_nil, uuid_nil, n, 'sign_off', state, '', '{}', now(), digest, packet_json
			FROM (VALUES (1, '00000000-0000-7000-8000-000000000001', 'made', 'x', 'a'), (2, '00000000-0000-7000-8000-000000000002', 'pending', NULL, NULL)) AS v (n, id, state, digest, packet_json),
				(SELECT '00000000-0000-0000-0000-000000000000'::uuid AS uuid_nil) AS u`,
		`INSERT INTO packet_seals (partner_id, packet_id, entry_id, packet_json) SELECT partner_id, id, entry::uuid, json FROM packets,
			(VALUES ('00000000-0000-7000-8000-00000000000a', 'a'), ('00000000-0000-7000-8000-00000000000b', 'b'), ('00000000-0000-7000-8000-00000000000c', 'c')) AS v (entry, json)`,
	} {
		if _, err := super.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	up, err := fs.Glob(migrations.FS, "*.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.MigrateDown(ctx, database.OwnerURL, len(up)-16, quiet); err != nil {
		t.Fatal(err)
	}
	var left string
	if err := super.QueryRow(ctx, `SELECT string_agg(packet_json, ' ' ORDER BY packet_id) FROM packet_seals`).Scan(&left); err != nil || left != "a c" {
		t.Errorf("left are %q, %v", left, err)
	}
}

// Taking back what tells renewals from other editions is refused while there is one.
func TestMigrateDownLosesNoRenewal(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testkit.EmptyDB(t)
	if err := store.Migrate(ctx, database.OwnerURL, quiet); err != nil {
		t.Fatal(err)
	}
	super := testkit.Superuser(t, database.Owner)
	for _, sql := range []string{
		`SET session_replication_role = replica`, // no partner, integration and revision for this
		`INSERT INTO packets (partner_id, id, integration_id, revision_id, edition, cause, state, salts, content, created_at)
			SELECT u, u, u, u, 2, 'renewal', 'pending', '', '{}', now() FROM (SELECT '00000000-0000-7000-8000-000000000001'::uuid AS u) AS v`,
	} {
		if _, err := super.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	up, err := fs.Glob(migrations.FS, "*.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.MigrateDown(ctx, database.OwnerURL, len(up)-17, quiet); err == nil || !strings.Contains(err.Error(), "made anew") {
		t.Errorf("with a renewal: %v", err)
	}
}

// schemaOf lists the columns, functions and types that are not the queue's.
func schemaOf(t *testing.T, database *testkit.Database) string {
	t.Helper()
	var text string
	err := database.Owner.QueryRow(context.Background(), `
		SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
			SELECT format('%s.%s %s', table_name, column_name, data_type) AS line FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name NOT LIKE 'river\_%' AND table_name <> 'schema_migrations'
			UNION ALL
			SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'river\_%'
		) AS lines`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMigrationsComeInPairs(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^(\d{6}_[a-z0-9_]+)\.(up|down)\.sql$`)
	seen := map[string]int{}
	entries, err := fs.ReadDir(migrations.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Name() == "schema.sql" {
			continue
		}
		match := name.FindStringSubmatch(entry.Name())
		if match == nil {
			t.Errorf("%s is not named NNNNNN_verb_object.up.sql or .down.sql", entry.Name())
			continue
		}
		seen[match[1]]++
		seen[match[1][:6]]++
	}
	if len(seen) == 0 {
		t.Fatal("no migrations")
	}
	for key, count := range seen {
		if count != 2 {
			t.Errorf("%s occurs %d times, want 2", key, count)
		}
	}
}

// An index built concurrently deadlocks with sessions that wait for the
// library's own lock; see migrateLockKey.
func TestMigrateAtOnceFromSeveralProcesses(t *testing.T) {
	t.Parallel()
	database := testkit.EmptyDB(t)
	steps := files(stepOne, stepTwo, "CREATE INDEX CONCURRENTLY t2_a ON t2 (a)")
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		group.Go(func() {
			errs[i] = store.MigrateUpFiles(context.Background(), database.OwnerURL, quiet, steps)
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := database.Owner.QueryRow(context.Background(), "SELECT count(*) FROM t2").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("rows %d (%v), want 1: a migration ran twice", rows, err)
	}
}

func TestMigrateLeavesANewerDatabaseAlone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testkit.EmptyDB(t)
	if err := store.MigrateUpFiles(ctx, database.OwnerURL, quiet, files(stepOne, stepTwo)); err != nil {
		t.Fatal(err)
	}
	older := files(stepOne)
	if err := store.MigrateUpFiles(ctx, database.OwnerURL, quiet, older); err != nil {
		t.Errorf("an older build cannot start: %v", err)
	}
	want := store.SchemaVersion{Applied: 2, Known: 1}
	version, err := store.MigrateVersionFiles(ctx, database.OwnerURL, older)
	if err != nil || version != want {
		t.Errorf("version %+v (%v), want %+v", version, err, want)
	}
	if err := store.MigrateDownFiles(ctx, database.OwnerURL, 1, quiet, older); err == nil {
		t.Error("an older build takes back what it does not know")
	}
}

func TestUnfinishedMigrationWaitsForAPerson(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testkit.EmptyDB(t)
	err := store.MigrateUpFiles(ctx, database.OwnerURL, quiet, files(stepOne, broken))
	if err == nil || !strings.Contains(err.Error(), `relation "nowhere" does not exist`) || strings.Contains(err.Error(), "CREATE TABLE") {
		t.Errorf("error %v, want the server's words and not the file", err)
	}
	var dirty *store.DirtyError
	err = store.MigrateUpFiles(ctx, database.OwnerURL, quiet, files(stepOne, stepTwo))
	if !errors.As(err, &dirty) || dirty.Version != 2 || !strings.Contains(err.Error(), "proofwalkd migrate force") {
		t.Fatalf("second start: %v, want a DirtyError of version 2 that names the command", err)
	}
	if err := store.MigrateForceFiles(ctx, database.OwnerURL, 3, quiet, files(stepOne, stepTwo)); err == nil {
		t.Error("a version that does not exist can be forced")
	}
	if err := store.MigrateForceFiles(ctx, database.OwnerURL, 1, quiet, files(stepOne, stepTwo)); err != nil {
		t.Fatal(err)
	}
	if err := store.MigrateUpFiles(ctx, database.OwnerURL, quiet, files(stepOne, stepTwo)); err != nil {
		t.Errorf("after force: %v", err)
	}
}

func TestForceZeroStartsOver(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testkit.EmptyDB(t)
	if err := store.MigrateUpFiles(ctx, database.OwnerURL, quiet, files("SELECT * FROM nowhere")); err == nil {
		t.Fatal("a broken migration passed")
	}
	if err := store.MigrateForceFiles(ctx, database.OwnerURL, 0, quiet, files(stepOne)); err != nil {
		t.Fatal(err)
	}
	if err := store.MigrateUpFiles(ctx, database.OwnerURL, quiet, files(stepOne)); err != nil {
		t.Fatal(err)
	}
}

func TestMigrateDownRefusesMoreThanThereIs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testkit.EmptyDB(t)
	steps := files(stepOne, stepTwo)
	if err := store.MigrateUpFiles(ctx, database.OwnerURL, quiet, steps); err != nil {
		t.Fatal(err)
	}
	if err := store.MigrateDownFiles(ctx, database.OwnerURL, 0, quiet, steps); err == nil {
		t.Error("zero steps pass")
	}
	if err := store.MigrateDownFiles(ctx, database.OwnerURL, 3, quiet, steps); err == nil {
		t.Error("three steps pass where two were applied")
	}
	version, err := store.MigrateVersionFiles(ctx, database.OwnerURL, steps)
	want := store.SchemaVersion{Known: 2}
	if err != nil || version != want {
		t.Errorf("version %+v (%v), want %+v", version, err, want)
	}
}

func TestMigrateStopsWaitingWhenAsked(t *testing.T) {
	t.Parallel()
	database := testkit.EmptyDB(t)
	conn, err := database.Owner.Acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(context.Background(), "SELECT pg_advisory_lock($1)", store.MigrateLockKey); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	log := slog.New(cancelOnLog{cancel: cancel})
	err = store.MigrateUpFiles(ctx, database.OwnerURL, log, files(stepOne))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// cancelOnLog cancels at the first message, which says that migrating waits.
type cancelOnLog struct {
	slog.Handler
	cancel context.CancelFunc
}

func (h cancelOnLog) Enabled(context.Context, slog.Level) bool { return true }

func (h cancelOnLog) Handle(context.Context, slog.Record) error {
	h.cancel()
	return nil
}

func TestMigrateKeepsPoolSettingsToItself(t *testing.T) {
	t.Parallel()
	database := testkit.EmptyDB(t)
	err := store.MigrateUpFiles(context.Background(), database.OwnerURL+"&pool_max_conns=9", quiet, files(stepOne))
	if err != nil {
		t.Errorf("an address with pool settings: %v", err)
	}
}
