package blob_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/blob"
)

// What is no digest names no file, wherever its text would lead.
func TestOpenTakesDigestsOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, err := blob.OpenDirectory(filepath.Join(dir, "a", "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	// A text of 64 characters that leads out of the tree to the file.
	name := "../x/" + strings.Repeat("0", 59)
	path := filepath.Join(dir, "x", filepath.Base(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("not a blob"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, digest := range []string{"", name, "..", "A" + name[1:], "./" + name[:62]} {
		if f, err := d.Open(context.Background(), digest); apperr.KindOf(err) != apperr.NotFound {
			t.Errorf("%q: %v", digest, err)
			if f != nil {
				_ = f.Close()
			}
		}
	}
}

// What was put is read back, once per content; what was changed on disk is
// refused, and what was discarded is gone.
func TestPutReadDiscard(t *testing.T) {
	t.Parallel()
	root, ctx := t.TempDir(), context.Background()
	d, err := blob.OpenDirectory(root)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := d.Put(ctx, []byte("a blob"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.Put(ctx, []byte("a blob")); err != nil || again != digest {
		t.Errorf("put again: %s, %v", again, err)
	}
	if b, err := d.Read(ctx, digest); err != nil || string(b) != "a blob" {
		t.Errorf("read %q, %v", b, err)
	}
	before := d.State(digest)
	if err := os.WriteFile(filepath.Join(root, digest[:2], digest), []byte("A blob, longer"), 0o600); err != nil {
		t.Fatal(err)
	}
	if d.State(digest) == before || d.State("../"+digest) != d.State(strings.Repeat("0", 64)) {
		t.Error("the state does not tell that a file was written again, or tells of one that is no blob")
	}
	if _, err := d.Read(ctx, digest); apperr.KindOf(err) != apperr.Damaged {
		t.Errorf("a changed blob: %v", err)
	}
	w, err := d.Create()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	if err := w.Discard(); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Join(root, "incoming"))
	if err != nil || len(left) > 0 {
		t.Errorf("%d files left, %v", len(left), err)
	}
}
