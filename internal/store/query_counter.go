package store

import (
	"context"
	"io"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// errUnexpectedEOF is what a connection gives when the server goes away.
var errUnexpectedEOF = io.ErrUnexpectedEOF

type counterKey struct{}

// CountQueries gives a context in which statements are counted, and the
// counter. Pages are held to a bound of statements by their benchmark.
func CountQueries(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, counterKey{}, n), n
}

// queryCounter counts statements for contexts of CountQueries.
type queryCounter struct{}

// TraceQueryStart counts; pgx calls it before each statement.
func (queryCounter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if n, ok := ctx.Value(counterKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
	return ctx
}

// TraceQueryEnd does nothing; pgx's interface asks for it.
func (queryCounter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
