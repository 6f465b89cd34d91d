package testkit

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/proofwalk/proofwalk/internal/pgembed"
)

const (
	// databaseVariable names another server, by a superuser's address.
	databaseVariable = "PROOFWALK_TEST_DATABASE_URL"
	// poolSize bounds each of a test's pools: many tests run at once.
	poolSize = 6
	// databaseTimeout bounds making and dropping one database, also on a
	// machine that is busy compiling.
	databaseTimeout = 2 * time.Minute
)

// Database is one test's own database.
type Database struct {
	// Name is unique among the databases of the server.
	Name string
	// Pool connects as the app role, as the product does.
	Pool *pgxpool.Pool
	// Owner connects as the owner role, which may change the schema.
	Owner *pgxpool.Pool
	// AppURL, OwnerURL and ReadURL are the addresses for the three roles.
	AppURL, OwnerURL, ReadURL string
}

// DB gives the test a fresh database with the current schema and nothing in it.
// It is dropped at the end of the test, after the test's own clean-ups.
func DB(tb testing.TB) *Database {
	tb.Helper()
	server := testServer(tb)
	template, err := server.template()
	if err != nil {
		tb.Fatalf("making the template database: %v", err)
	}
	return server.newDatabase(tb, template)
}

// EmptyDB gives the test a fresh database without any schema.
func EmptyDB(tb testing.TB) *Database {
	tb.Helper()
	return testServer(tb).newDatabase(tb, "")
}

// server is the PostgreSQL that this process's tests share.
type server struct {
	// admin is a superuser's pool on the maintenance database.
	admin *pgxpool.Pool
	// address names a database for a role.
	address func(role, database string) string
	// template makes the template database once per process.
	template func() (string, error)
}

var (
	openServer   = sync.OnceValues(connectServer)
	nameCounter  atomic.Int64
	processStart = time.Now().UnixNano()
)

func testServer(tb testing.TB) *server {
	tb.Helper()
	opened, err := openServer()
	if err != nil {
		tb.Fatalf("opening the test server: %v", err)
	}
	return opened
}

func connectServer() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), databaseTimeout)
	defer cancel()
	adminURL, err := locateServer()
	if err != nil {
		return nil, err
	}
	address, err := prepareServer(ctx, adminURL)
	if err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(adminURL)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 4
	admin, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	opened := &server{admin: admin, address: address}
	opened.template = sync.OnceValues(opened.makeTemplate)
	return opened, nil
}

// prepareServer makes the three roles. They get the superuser's password, if it
// has one. The returned function names a database for a role.
func prepareServer(ctx context.Context, adminURL string) (func(role, database string) string, error) {
	parsed, err := url.Parse(adminURL)
	if err != nil || parsed.Scheme == "" {
		return nil, errors.New("the address of the test server must begin with postgres://")
	}
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return nil, fmt.Errorf("connecting to the test server: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := pgembed.EnsureRoles(ctx, conn); err != nil {
		return nil, err
	}
	password, hasPassword := parsed.User.Password()
	if hasPassword {
		for _, role := range []string{pgembed.OwnerRole, pgembed.AppRole, pgembed.ReadRole} {
			quoted := "'" + strings.ReplaceAll(password, "'", "''") + "'"
			if _, err := conn.Exec(ctx, "ALTER ROLE "+role+" PASSWORD "+quoted); err != nil {
				return nil, fmt.Errorf("setting the password of %s: %w", role, err)
			}
		}
	}
	return func(role, database string) string {
		address := *parsed
		address.Path = "/" + database
		address.User = url.User(role)
		if hasPassword {
			address.User = url.UserPassword(role, password)
		}
		return address.String()
	}, nil
}

func (s *server) newDatabase(tb testing.TB, template string) *Database {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), databaseTimeout)
	defer cancel()
	name, err := s.createDatabase(ctx, template)
	if err != nil {
		tb.Fatalf("making a test database: %v", err)
	}
	made := &Database{
		Name:     name,
		AppURL:   s.address(pgembed.AppRole, name),
		OwnerURL: s.address(pgembed.OwnerRole, name),
		ReadURL:  s.address(pgembed.ReadRole, name),
	}
	tb.Cleanup(func() {
		if err := s.dropDatabase(name); err != nil {
			tb.Errorf("dropping the test database: %v", err)
		}
	})
	made.Pool = openPool(ctx, tb, made.AppURL)
	made.Owner = openPool(ctx, tb, made.OwnerURL)
	return made
}

// dropDatabase ends what a test left connected, and drops.
func (s *server) dropDatabase(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), databaseTimeout)
	defer cancel()
	_, err := s.admin.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	return err
}

// createDatabase copies the template, or makes an empty database without one.
func (s *server) createDatabase(ctx context.Context, template string) (name string, err error) {
	name = fmt.Sprintf("pw_test_%x_%d", processStart, nameCounter.Add(1))
	err = s.withAdmin(ctx, func(conn *pgx.Conn) error {
		return pgembed.EnsureDatabase(ctx, conn, name, template)
	})
	return name, err
}

// openPool makes a pool that connects on first use.
func openPool(ctx context.Context, tb testing.TB, address string) *pgxpool.Pool {
	tb.Helper()
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		tb.Fatal(err)
	}
	config.MaxConns = poolSize
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(pool.Close)
	return pool
}

func (s *server) withAdmin(ctx context.Context, work func(*pgx.Conn) error) error {
	conn, err := s.admin.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return work(conn.Conn())
}

// Superuser connects to the database of a pool as the server's superuser, for
// tests of what nothing in the database keeps back.
func Superuser(tb testing.TB, pool *pgxpool.Pool) *pgx.Conn {
	tb.Helper()
	config := testServer(tb).admin.Config().ConnConfig.Copy()
	config.Database = pool.Config().ConnConfig.Database
	conn, err := pgx.ConnectConfig(tb.Context(), config)
	if err != nil {
		tb.Fatalf("connecting as the superuser: %v", err)
	}
	tb.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
