// Package pgembed runs a private PostgreSQL server under a data directory, so
// that the product works on one machine with no database set up by hand.
//
// One process owns the server: it holds a lock on DIR/owner.lock, starts the
// server as its child and stops it. Every other process that calls Start on the
// same directory attaches to the running server. The lock belongs to the open
// file, so it dies with its process and is never stale.
//
// Layout of the directory:
//
//	owner.lock  the lock
//	data/       the cluster; it gets this name only when it is complete
//	run/        the socket, reachable by the server's own account and root only
//
// The server listens on no network address, and every local connection is
// trusted: the folder of the socket is the boundary. Run as root, the server
// gets an account of its own (the owner of data/, else postgres, else nobody),
// because PostgreSQL refuses to run as root.
//
// The package knows nothing of the schema. It makes the three roles and the
// database that the migrations expect.
package pgembed

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
)

// The roles and the database that Start makes where they are missing.
const (
	// OwnerRole owns the database and its schema; only migrations use it.
	OwnerRole = "proofwalk_owner"
	// AppRole is what the running product connects as; it owns nothing.
	AppRole = "proofwalk_app"
	// ReadRole may read what the migrations grant to it; it owns nothing.
	ReadRole = "proofwalk_read"
	// DatabaseName is the database owned by OwnerRole.
	DatabaseName = "proofwalk"
)

// MinMajor is the oldest PostgreSQL that the product supports.
const MinMajor = 15

// superuser is the bootstrap role of the cluster. It is used for set-up only.
const superuser = "postgres"

// socketPort is part of the socket's file name; nothing listens on it.
const socketPort = "5432"

var (
	// ErrNotInstalled says that no usable PostgreSQL server was found.
	ErrNotInstalled = errors.New("PostgreSQL is not installed")
	// ErrOtherMajor says that the data was made by another major version.
	ErrOtherMajor = errors.New("the data belongs to another major version of PostgreSQL")
	// ErrNoAccount says that the process runs under a uid without a name, which initdb refuses.
	ErrNoAccount = errors.New("the uid of this process has no account")
	// ErrUnreachableDir says that the server's account cannot work in the directory.
	ErrUnreachableDir = errors.New("the data directory is out of reach for the server's account")
	// ErrUnsupported says that this operating system has no private server.
	ErrUnsupported = errors.New("the private PostgreSQL runs on Linux only: set DATABASE_URL")
)

// Options says where the server lives and how it runs.
type Options struct {
	// Dir is the directory of the server, made where it is missing. Run as
	// root, every folder above it must be open to other accounts (mode o+x).
	Dir string
	// Logger gets what the server prints; nil discards it.
	Logger *slog.Logger
	// BinDir is the folder of initdb and postgres; empty means: look in the
	// usual places, newest first, or the major that made the data.
	BinDir string
	// Settings are server settings beyond the package's own, which they
	// override. With fsync=off, making the cluster does not sync either.
	Settings map[string]string
}

// Server is a running private PostgreSQL, owned by this process or attached to.
type Server struct {
	socketDir string
	binDir    string
	attached  bool
	done      <-chan struct{}
	stopOnce  sync.Once
	stopErr   error
	stop      func(context.Context) error
}

// Start starts the server of opts.Dir, or attaches to it when another process
// owns it. It returns when roles and database exist and answer. A server left
// behind by a killed process is stopped first. Start blocks until ctx is done
// at most; a server that it started is stopped when it returns an error.
//
// The operating system stops the server when the owning process dies, however
// it dies.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	return start(ctx, opts)
}

// URL is the address of the database DatabaseName for role.
func (s *Server) URL(role string) string { return s.DatabaseURL(role, DatabaseName) }

// DatabaseURL is the address of any database of the cluster for role.
func (s *Server) DatabaseURL(role, database string) string {
	return socketURL(s.socketDir, role, database)
}

// SuperuserURL is the address of the maintenance database as superuser. The
// product itself never connects with it.
func (s *Server) SuperuserURL() string { return socketURL(s.socketDir, superuser, "postgres") }

// BinDir is the folder of the PostgreSQL programs that run this server; empty
// when attached.
func (s *Server) BinDir() string { return s.binDir }

// Attached reports whether another process owns the server.
func (s *Server) Attached() bool { return s.attached }

// Done is closed when the server is gone, asked or not. After an unasked end,
// call Stop and then Start again: the addresses stay the same, so connection
// pools recover by themselves.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop stops the server, or detaches from it. Running transactions are rolled
// back. It asks politely, harder after 20 seconds or when ctx is done, and
// kills 5 seconds after that; the error says if it had to go past the first
// step. Further calls return the same error.
func (s *Server) Stop(ctx context.Context) error {
	s.stopOnce.Do(func() { s.stopErr = s.stop(ctx) })
	return s.stopErr
}

func socketURL(socketDir, role, database string) string {
	address := url.URL{
		Scheme:   "postgres",
		User:     url.User(role),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {socketDir}, "port": {socketPort}}.Encode(),
	}
	return address.String()
}
