package keys

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
)

// vault is a key directory on disk.
type vault struct {
	dir, identityFile string
}

// Names in the key directory. making stands there from the first written key
// until keys.json is complete: what a crash leaves in between belongs to no
// packet yet and is made again.
const (
	listName   = "keys.json"
	makingName = "making"
	rootName   = "root.age"
	maxSealed  = 1 << 16 // bytes of a file in the key directory
	maxList    = 2 << 20 // bytes of keys.json, which only grows: more than maxKeys need
)

// prepare makes the keys where there are none.
func (v vault) prepare(now time.Time) error {
	if exists(v.path(listName)) {
		// A crash may have left the mark; with it a lost keys.json would count as
		// never written, and the keys would be made anew.
		if err := os.Remove(v.path(makingName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clearing the mark of making: %w", err)
		}
		return nil
	}
	sealed, err := v.sealed()
	if err != nil {
		return err
	}
	if len(sealed) > 0 && !exists(v.path(makingName)) {
		return errors.New("keys.json is missing beside sealed keys: restore it from a backup of the key directory")
	}
	for _, name := range sealed {
		if err := os.Remove(name); err != nil {
			return fmt.Errorf("clearing half-made keys: %w", err)
		}
	}
	if err := writeFile(v.path(makingName), nil); err != nil {
		return err
	}
	if err := v.makeAll(now); err != nil {
		return err
	}
	return os.Remove(v.path(makingName))
}

// makeAll makes the identity, the keys and, last, keys.json.
func (v vault) makeAll(now time.Time) error {
	if !exists(v.identityFile) {
		id, err := age.GenerateX25519Identity()
		if err != nil {
			return fmt.Errorf("making age identity: %w", err)
		}
		if err := writeFile(v.identityFile, []byte(id.String()+"\n")); err != nil {
			return err
		}
	}
	identity, err := v.identity()
	if err != nil {
		return err
	}
	_, root, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("making root key: %w", err)
	}
	if err := v.sealKey(rootName, root, identity); err != nil {
		return err
	}
	issued := Time{now.UTC().Truncate(time.Microsecond)}
	f := File{Format: Format, IssuedAt: issued}
	f.Root.Algorithm = AlgorithmEd25519
	if f.Root.PublicKey, err = x509.MarshalPKIXPublicKey(root.Public()); err != nil {
		return fmt.Errorf("encoding root key: %w", err)
	}
	f.Root.ID = digestHex(f.Root.PublicKey)
	for _, u := range Uses() {
		k, err := v.makeKey(u, issued, identity)
		if err != nil {
			return err
		}
		f.Keys = append(f.Keys, k)
	}
	return v.publish(&edit{file: &f, now: issued}, root)
}

// makeKey makes, seals and lists a key for a use.
func (v vault) makeKey(u Use, from Time, identity *age.X25519Identity) (Key, error) {
	private, err := generate(u)
	if err != nil {
		return Key{}, fmt.Errorf("making %s key: %w", u, err)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return Key{}, fmt.Errorf("encoding %s key: %w", u, err)
	}
	k := Key{ID: digestHex(der), Use: u, Algorithm: AlgorithmECDSA, PublicKey: der, NotBefore: from, Status: Active}
	switch u {
	case UseCheckpoint:
		k.Algorithm = AlgorithmEd25519
	case UsePDF:
		if k.Certificate, err = selfCertify(private, k); err != nil {
			return Key{}, err
		}
	}
	return k, v.sealKey(k.fileName(), private, identity)
}

// fileName is where a key's private half is sealed.
func (k Key) fileName() string { return string(k.Use) + "-" + k.ID[:16] + ".age" }

// openRoot reads keys.json and opens the root that signed it.
func (v vault) openRoot() (*Ring, *age.X25519Identity, error) {
	list, err := readFile(v.path(listName))
	if err != nil {
		return nil, nil, err
	}
	f, err := ParseFile(list)
	if err != nil {
		return nil, nil, err
	}
	identity, err := v.identity()
	if err != nil {
		return nil, nil, err
	}
	r := &Ring{file: f, json: list, private: map[string]crypto.Signer{}, active: map[Use]string{}}
	root, err := v.openKey(rootName, identity)
	if err != nil {
		return nil, nil, err
	}
	var ok bool
	if r.root, ok = root.(ed25519.PrivateKey); !ok {
		return nil, nil, errors.New("root.age holds no Ed25519 key")
	}
	return r, identity, nil
}

// open reads keys.json and opens every active key.
func (v vault) open() (*Ring, error) {
	r, identity, err := v.openRoot()
	if err != nil {
		return nil, err
	}
	for _, k := range r.file.Keys {
		if k.Status != Active {
			continue
		}
		private, err := v.openKey(k.fileName(), identity)
		if err != nil {
			return nil, err
		}
		r.private[k.ID], r.active[k.Use] = private, k.ID
		if k.Use == UsePDF {
			if r.certificate, err = x509.ParseCertificate(k.Certificate); err != nil {
				return nil, errors.New("the certificate of the PDF key does not parse")
			}
		}
	}
	return r, nil
}

func (v vault) identity() (*age.X25519Identity, error) {
	b, err := readFile(v.identityFile)
	if err != nil {
		return nil, err
	}
	id, err := age.ParseX25519Identity(strings.TrimSpace(string(b)))
	if err != nil {
		// The parser's message can quote the file.
		return nil, errors.New("the age identity file does not parse")
	}
	return id, nil
}

func (v vault) sealKey(name string, key crypto.Signer, identity *age.X25519Identity) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", name, err)
	}
	return v.seal(name, der, identity)
}

func (v vault) openKey(name string, identity *age.X25519Identity) (crypto.Signer, error) {
	der, err := v.unseal(name, identity)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("%s holds no private key", name)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%s holds no signing key", name)
	}
	return signer, nil
}

func (v vault) seal(name string, plain []byte, identity *age.X25519Identity) error {
	var buf bytes.Buffer
	w, err := age.Encrypt(&buf, identity.Recipient())
	if err != nil {
		return fmt.Errorf("sealing %s: %w", name, err)
	}
	if _, err := w.Write(plain); err != nil {
		return fmt.Errorf("sealing %s: %w", name, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("sealing %s: %w", name, err)
	}
	return writeFile(v.path(name), buf.Bytes())
}

func (v vault) unseal(name string, identity *age.X25519Identity) ([]byte, error) {
	sealed, err := readFile(v.path(name))
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		return nil, fmt.Errorf("unsealing %s: %w", name, err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unsealing %s: %w", name, err)
	}
	return plain, nil
}

// sealed gives the paths of the files of sealed keys, sorted.
func (v vault) sealed() ([]string, error) {
	entries, err := os.ReadDir(v.dir)
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	var paths []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".age" {
			paths = append(paths, v.path(e.Name()))
		}
	}
	return paths, nil
}

func (v vault) path(name string) string { return filepath.Join(v.dir, name) }

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// readFile reads a small file that only its owner may read.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 && filepath.Base(path) != listName {
		return nil, fmt.Errorf("%s can be read by others than its owner: chmod 600 it", filepath.Base(path))
	}
	most := int64(maxSealed)
	if filepath.Base(path) == listName {
		most = maxList
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%s is too large", filepath.Base(path))
	}
	return os.ReadFile(path)
}

// writeFile makes a file of mode 0600 that is there wholly or not at all,
// also after a loss of power.
func writeFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails, as it should, once the file has its name
	if _, err := f.Write(b); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
