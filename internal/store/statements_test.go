package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/testkit"
)

// sqlArgument is the place of the statement among the arguments of the
// functions that run one.
var sqlArgument = map[string]int{"one": 3, "many": 3, "value": 3, "exec": 3, "execOne": 3}

// fewestStatements is how many there were when this was written: the search
// must not lose sight of them.
const fewestStatements = 100

// TestEveryStatementPrepares finds the statements of this package in its source
// and lets PostgreSQL prepare each against the migrated schema.
func TestEveryStatementPrepares(t *testing.T) {
	t.Parallel()
	statements := findStatements(t)
	if len(statements) < fewestStatements {
		t.Fatalf("found %d statements, want %d at least", len(statements), fewestStatements)
	}
	conn, err := testkit.DB(t).Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for place, sql := range statements {
		numbered, _, err := pgx.NamedArgs{}.RewriteQuery(t.Context(), nil, sql, nil)
		if err != nil {
			t.Errorf("%s: %v", place, err)
			continue
		}
		if _, err := conn.Conn().Prepare(t.Context(), place, numbered); err != nil {
			t.Errorf("%s: %v", place, err)
		}
	}
}

// findStatements gives the statements by their place in the source.
func findStatements(t *testing.T) map[string]string {
	t.Helper()
	files := token.NewFileSet()
	pkg, err := parseSources(files)
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string]ast.Expr{}
	for _, f := range pkg {
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
				for _, s := range g.Specs {
					v := s.(*ast.ValueSpec)
					for i, name := range v.Names {
						if i < len(v.Values) {
							constants[name.Name] = v.Values[i]
						}
					}
				}
			}
		}
	}
	found := map[string]string{}
	for _, f := range pkg {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			at, ok := sqlArgument[calledName(call.Fun)]
			if !ok || len(call.Args) <= at {
				return true
			}
			place := files.Position(call.Pos()).String()
			if sql, ok := text(call.Args[at], constants); ok {
				found[place] = sql
			} else if _, parameter := call.Args[at].(*ast.Ident); !parameter {
				t.Errorf("%s: the statement is not made of constants", place)
			}
			return true
		})
	}
	return found
}

// parseSources reads the package's own files.
func parseSources(files *token.FileSet) ([]*ast.File, error) {
	entries, err := os.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var out []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, e.Name(), nil, 0)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// calledName names a function of this package, with or without a type argument.
func calledName(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.IndexExpr:
		return calledName(f.X)
	}
	return ""
}

// text joins the literals and constants of an expression.
func text(e ast.Expr, constants map[string]ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return s, err == nil
	case *ast.Ident:
		if c, ok := constants[x.Name]; ok {
			return text(c, constants)
		}
	case *ast.BinaryExpr:
		left, ok := text(x.X, constants)
		if !ok {
			return "", false
		}
		right, ok := text(x.Y, constants)
		return left + right, ok
	}
	return "", false
}
