package pgembed

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATE codes of PostgreSQL's appendix A.
const (
	codeDuplicateDatabase = "42P04"
	codeDuplicateObject   = "42710"
	codeUniqueViolation   = "23505"
)

// EnsureRoles makes the three roles where they are missing. They are ordinary
// login roles without any right of their own. conn must be a superuser's. Safe
// to run in several processes at once.
func EnsureRoles(ctx context.Context, conn *pgx.Conn) error {
	for _, role := range []string{OwnerRole, AppRole, ReadRole} {
		exists, err := rowExists(ctx, conn, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role)
		if err != nil {
			return fmt.Errorf("looking up role %s: %w", role, err)
		}
		if exists {
			continue
		}
		_, err = conn.Exec(ctx, "CREATE ROLE "+pgx.Identifier{role}.Sanitize()+" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
		if err != nil && !isCode(err, codeDuplicateObject, codeUniqueViolation) {
			return fmt.Errorf("creating role %s: %w", role, err)
		}
	}
	return nil
}

// EnsureDatabase makes the database, owned by OwnerRole, where it is missing,
// and lets only the three roles connect to it. conn must be a superuser's and
// the roles must exist. template names the database to copy; empty means an
// empty one.
func EnsureDatabase(ctx context.Context, conn *pgx.Conn, name, template string) error {
	exists, err := rowExists(ctx, conn, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name)
	if err != nil {
		return fmt.Errorf("looking up the database: %w", err)
	}
	if exists {
		return nil
	}
	database := pgx.Identifier{name}.Sanitize()
	create := "CREATE DATABASE " + database + " OWNER " + OwnerRole
	if template != "" {
		// Copying files beats logging every page of a small database twice over.
		create += " TEMPLATE " + pgx.Identifier{template}.Sanitize() + " STRATEGY file_copy"
	}
	_, err = conn.Exec(ctx, create)
	if err != nil && !isCode(err, codeDuplicateDatabase, codeUniqueViolation) {
		return fmt.Errorf("creating the database: %w", err)
	}
	// Rights on a database are not copied from its template.
	_, err = conn.Exec(ctx, "REVOKE ALL ON DATABASE "+database+" FROM PUBLIC; "+
		"GRANT CONNECT ON DATABASE "+database+" TO "+AppRole+", "+ReadRole)
	if err != nil {
		return fmt.Errorf("granting the right to connect: %w", err)
	}
	return nil
}

func rowExists(ctx context.Context, conn *pgx.Conn, query string, name string) (bool, error) {
	var exists bool
	err := conn.QueryRow(ctx, query, name).Scan(&exists)
	return exists, err
}

func isCode(err error, codes ...string) bool {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return false
	}
	for _, code := range codes {
		if pgErr.Code == code {
			return true
		}
	}
	return false
}
