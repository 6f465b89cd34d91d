package config_test

import (
	"testing"

	"github.com/proofwalk/proofwalk/internal/config"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	const address = "postgres://app@db.example/proofwalk"
	for name, c := range map[string]struct {
		in   config.Serve
		fine bool
	}{
		"this machine by name":             {config.Serve{Listen: "localhost:8080"}, true},
		"this machine by a name below":     {config.Serve{Listen: "idp.localhost:8080"}, true},
		"this machine by address":          {config.Serve{Listen: "127.0.0.1:8080"}, true},
		"this machine by its other":        {config.Serve{Listen: "[::1]:8080"}, true},
		"every address":                    {config.Serve{Listen: "0.0.0.0:8080"}, false},
		"every address, version 6":         {config.Serve{Listen: "[::]:8080"}, false},
		"every address, unsaid":            {config.Serve{Listen: ":8080"}, false},
		"an address of the network":        {config.Serve{Listen: "192.0.2.7:8080"}, false},
		"a name that begins alike":         {config.Serve{Listen: "localhost.evil.example:8080"}, false},
		"no port":                          {config.Serve{Listen: "localhost"}, false},
		"every address, published":         {config.Serve{Listen: ":8080", PublicURL: "https://proofwalk.example"}, true},
		"published with a slash":           {config.Serve{Listen: ":8080", PublicURL: "https://proofwalk.example/"}, true},
		"published with a path":            {config.Serve{Listen: ":8080", PublicURL: "https://proofwalk.example/app"}, false},
		"published with a query":           {config.Serve{Listen: ":8080", PublicURL: "https://proofwalk.example?x=1"}, false},
		"published with a user":            {config.Serve{Listen: ":8080", PublicURL: "https://a@proofwalk.example"}, false},
		"published as a script":            {config.Serve{Listen: ":8080", PublicURL: "javascript:alert(1)"}, false},
		"published without a scheme":       {config.Serve{Listen: ":8080", PublicURL: "proofwalk.example"}, false},
		"a certificate without its key":    {config.Serve{Listen: "localhost:8080", TLSCert: "cert.pem"}, false},
		"a database without its owner":     {config.Serve{Listen: "localhost:8080", DatabaseURL: address}, false},
		"a database with its owner":        {config.Serve{Listen: "localhost:8080", DatabaseURL: address, DatabaseOwner: address}, true},
		"a proxy's network":                {config.Serve{Listen: "localhost:8080", TrustedProxy: []string{"10.0.0.0/8"}}, true},
		"a proxy's address without a mask": {config.Serve{Listen: "localhost:8080", TrustedProxy: []string{"10.0.0.1"}}, false},
		"a time-stamp authority":           {config.Serve{Listen: "localhost:8080", TimestampURL: "http://tsa.example/stamp?key=1"}, true},
		"an authority without a scheme":    {config.Serve{Listen: "localhost:8080", TimestampURL: "tsa.example"}, false},
		"an authority as a file":           {config.Serve{Listen: "localhost:8080", TimestampURL: "file:///etc/passwd"}, false},
		"an authority with a user":         {config.Serve{Listen: "localhost:8080", TimestampURL: "https://a:b@tsa.example"}, false},
	} {
		if err := c.in.Check(); (err == nil) != c.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for want, in := range map[string]config.Serve{
		"http://localhost:8080":     {Listen: "localhost:8080"},
		"https://localhost:8443":    {Listen: "localhost:8443", TLSCert: "cert.pem", TLSKey: "key.pem"},
		"https://proofwalk.example": {Listen: ":8080", PublicURL: "https://proofwalk.example/"},
	} {
		if got := in.Origin(); got != want {
			t.Errorf("origin %s, want %s", got, want)
		}
	}
}
