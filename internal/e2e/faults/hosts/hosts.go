// Package hosts serves the made-up host names of the cases on loopback: each is
// another site to a browser, with https and http on their usual ports.
package hosts

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Zone is what all names end with; nobody owns it (RFC 2606, 2).
const Zone = ".example"

// Front takes the connections of all names and hands each request to the
// handler of its host.
type Front struct {
	secure, plain net.Listener
	server        *http.Server
	roots         *x509.CertPool

	mu       sync.RWMutex
	handlers map[string]http.Handler
}

// Open listens on two free ports of loopback. Close ends it.
func Open() (*Front, error) {
	certificate, roots, err := newCertificate()
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	f := &Front{roots: roots, handlers: map[string]http.Handler{}}
	if f.plain, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	raw, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listening: %w", err), f.plain.Close())
	}
	f.secure = tls.NewListener(raw, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = f.server.Serve(f.secure) }() // ends with Close
	go func() { _ = f.server.Serve(f.plain) }()
	return f, nil
}

// Close drops all connections.
func (f *Front) Close() error { return f.server.Close() }

// Serve lets a host be answered by a handler from now on.
func (f *Front) Serve(host string, h http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.handlers[host] = h
}

// ServeHTTP hands on by the host name of the request.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.RLock()
	h := f.handlers[r.Host]
	f.mu.RUnlock()
	if h == nil {
		http.NotFound(w, r)
		return
	}
	h.ServeHTTP(w, r)
}

// Rules are the --host-resolver-rules that lead a browser here, and nowhere else.
func (f *Front) Rules() string {
	return fmt.Sprintf("MAP *%[1]s:80 %[2]s,MAP *%[1]s:443 %[3]s,MAP * ~NOTFOUND", Zone, f.plain.Addr(), f.secure.Addr())
}

// Transport reaches the hosts as the browser does, and nothing else.
func (f *Front) Transport() *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(address)
			if err != nil || !strings.HasSuffix(host, Zone) {
				return nil, errors.New("only the hosts of the cases are dialled")
			}
			to := f.secure.Addr()
			if port == "80" {
				to = f.plain.Addr()
			}
			return new(net.Dialer).DialContext(ctx, network, to.String())
		},
		TLSClientConfig: &tls.Config{RootCAs: f.roots, MinVersion: tls.VersionTLS12},
	}
}

func newCertificate() (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	now := time.Now()
	sheet := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "faults"}, DNSNames: []string{"*" + Zone, "*.id" + Zone},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), BasicConstraintsValid: true, IsCA: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, sheet, sheet, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots, nil
}
