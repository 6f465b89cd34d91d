// Package config is what flags and environment set for the server, in one struct.
package config

import (
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// Serve configures the web app and its workers. Each flag has an environment
// variable of the same words.
type Serve struct {
	Listen         string   `default:"localhost:8080" env:"PROOFWALK_LISTEN" help:"Address to serve on."`
	PublicURL      string   `name:"public-url" env:"PROOFWALK_PUBLIC_URL" help:"The origin people use, such as https://proofwalk.example. Without it only this machine is served."`
	TrustedProxy   []string `name:"trusted-proxy" env:"PROOFWALK_TRUSTED_PROXY" help:"Networks (CIDR) of proxies whose X-Forwarded-For is believed."`
	TLSCert        string   `name:"tls-cert" env:"PROOFWALK_TLS_CERT" help:"Certificate file; with --tls-key serves HTTPS."`
	TLSKey         string   `name:"tls-key" env:"PROOFWALK_TLS_KEY" help:"Private key file of the certificate."`
	DataDir        string   `name:"data-dir" env:"PROOFWALK_DATA_DIR" help:"Folder for keys, stored files and, without a database address, the private PostgreSQL."`
	KeyIdentity    string   `name:"key-identity" env:"PROOFWALK_KEY_IDENTITY" help:"File of the age identity that opens the signing keys. Default: in the folder of the keys."`
	TimestampURL   string   `name:"timestamp-url" env:"PROOFWALK_TIMESTAMP_URL" help:"Time-stamp authority (RFC 3161) that is asked once for each packet. Without it packets have no time stamp and no outside host is asked."`
	FontDir        string   `name:"font-dir" env:"PROOFWALK_FONT_DIR" help:"Folder of TrueType fonts (.ttf, .ttc) for reports in Chinese, Japanese, Korean, Thai and other scripts without a built-in font."`
	DatabaseURL    string   `name:"database-url" env:"DATABASE_URL" help:"PostgreSQL as the app role; may go through a pooler. Without it a private PostgreSQL is started."`
	DatabaseDirect string   `name:"database-direct-url" env:"DATABASE_DIRECT_URL" help:"PostgreSQL as the app role without a pooler, for the job queue. Default: the database address."`
	DatabaseOwner  string   `name:"database-owner-url" env:"DATABASE_OWNER_URL" help:"PostgreSQL as the owner role, for migrations only."`
}

// Origin gives the origin that absolute addresses come from, without a slash at the end.
func (s Serve) Origin() string {
	if s.PublicURL != "" {
		return strings.TrimSuffix(s.PublicURL, "/")
	}
	scheme := "http"
	if s.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + s.Listen
}

// BlobDir is where stored files live.
func (s Serve) BlobDir() string { return filepath.Join(s.DataDir, "blobs") }

// KeyDir is where sealed keys live. It belongs into no backup of the database.
func (s Serve) KeyDir() string { return filepath.Join(s.DataDir, "keys") }

// SecretDir is where the secret lives that opens the pseudonym keys of open
// rounds. It belongs into no backup of the database.
func (s Serve) SecretDir() string { return filepath.Join(s.DataDir, "secret") }

// DatabaseDir is where the private PostgreSQL lives.
func (s Serve) DatabaseDir() string { return filepath.Join(s.DataDir, "postgres") }

// Check refuses settings that contradict each other.
func (s Serve) Check() error {
	switch {
	case s.PublicURL == "" && !isLoopback(s.Listen):
		return apperr.New(apperr.Invalid, "Without --public-url only loopback is served: listen on localhost, or say --public-url.")
	case s.PublicURL != "" && !isOrigin(s.PublicURL):
		return apperr.New(apperr.Invalid, "--public-url is an origin such as https://proofwalk.example, without a path.")
	case s.TimestampURL != "" && !isHTTP(s.TimestampURL):
		return apperr.New(apperr.Invalid, "--timestamp-url is an address such as https://tsa.example/stamp, without a user name.")
	case (s.TLSCert == "") != (s.TLSKey == ""):
		return apperr.New(apperr.Invalid, "--tls-cert and --tls-key go together.")
	case s.DatabaseURL != "" && s.DatabaseOwner == "":
		return apperr.New(apperr.Invalid, "With --database-url, --database-owner-url is needed too: migrations run as the owner role.")
	}
	for _, cidr := range s.TrustedProxy {
		if _, _, err := net.ParseCIDR(cidr); err != nil {
			return apperr.New(apperr.Invalid, "--trusted-proxy takes networks such as 10.0.0.0/8.")
		}
	}
	return nil
}

func isLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.Fragment == ""
}

func isOrigin(s string) bool {
	u, err := url.Parse(strings.TrimSuffix(s, "/"))
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.Path == "" && u.RawQuery == "" && u.User == nil
}
