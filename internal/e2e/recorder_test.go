package e2e

import (
	"bufio"
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// wire is a proxy between browser and server that keeps every byte that the
// browser sends: request line, headers and body.
type wire struct {
	mu      sync.Mutex
	sent    [][]byte
	refused string // paths with this are answered with 502
	faulty  string // answers to paths with this get the fault before their text
	fault   string
}

// tap puts a wire between the site and whoever asks it from now on.
func (s *site) tap(t *testing.T) *wire {
	t.Helper()
	target, err := url.Parse(s.Origin)
	if err != nil {
		t.Fatal(err)
	}
	p := &wire{}
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ModifyResponse = p.spoil
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "the body broke off", http.StatusBadGateway)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		p.keep(r, body)
		if p.refuses(r.URL.Path) {
			http.Error(w, "nobody is behind this", http.StatusBadGateway)
			return
		}
		r.Host = target.Host
		if p.spoils(r.URL.Path) {
			r.Header.Del("Accept-Encoding")
			r.Header.Del("If-None-Match")
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	s.Origin = strings.Replace(front.URL, "127.0.0.1", "localhost", 1)
	return p
}

func (p *wire) keep(r *http.Request, body []byte) {
	var all bytes.Buffer
	all.WriteString(r.Method + " " + r.URL.String() + "\n")
	_ = r.Header.Write(&all) // a buffer never gives an error
	all.WriteString("\n")
	all.Write(body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, all.Bytes())
}

// refuse answers what asks for such a path with 502 from now on; "" lets all through.
func (p *wire) refuse(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = part
}

func (p *wire) refuses(path string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refused != "" && strings.Contains(path, p.refused)
}

// addTo puts a script before the text of answers to such a path from now on; ""
// leaves all as it is.
func (p *wire) addTo(part, fault string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faulty, p.fault = part, fault
}

func (p *wire) spoils(path string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faulty != "" && strings.Contains(path, p.faulty)
}

func (p *wire) spoil(res *http.Response) error {
	res.Header.Set("Cache-Control", "no-store") // so that a script comes as it is now
	if !p.spoils(res.Request.URL.Path) {
		return nil
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	text = append([]byte(p.fault), text...)
	res.Body = io.NopCloser(bytes.NewReader(text))
	res.ContentLength = int64(len(text))
	res.Header.Set("Content-Length", strconv.Itoa(len(text)))
	return nil
}

// requests gives what was sent so far.
func (p *wire) requests() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent
}

// posted counts the requests of one method to paths that end so.
func (p *wire) posted(ending string) (n int) {
	for _, r := range p.requests() {
		line, _, _ := strings.Cut(string(r), "\n")
		if strings.HasPrefix(line, http.MethodPost) && strings.HasSuffix(line, ending) {
			n++
		}
	}
	return n
}

// file gives the file of the upload that was sent last.
func (p *wire) file(t *testing.T) []byte {
	t.Helper()
	for _, raw := range slices.Backward(p.requests()) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(bytes.Replace(raw, []byte("\n"), []byte(" HTTP/1.1\r\nHost: site\r\n"), 1))))
		if err != nil || !strings.HasSuffix(r.URL.Path, "/capture") || r.Method != http.MethodPost {
			continue
		}
		_, boundary, _ := strings.Cut(r.Header.Get("Content-Type"), "boundary=")
		body := raw[bytes.Index(raw, []byte("\n\n"))+2:]
		form := multipart.NewReader(bytes.NewReader(body), boundary)
		for {
			part, err := form.NextPart()
			if err != nil {
				t.Fatalf("reading what was sent: %v", err)
			}
			if part.FormName() == "file" {
				content, err := io.ReadAll(part)
				if err != nil {
					t.Fatal(err)
				}
				return content
			}
		}
	}
	t.Fatal("nothing was uploaded")
	return nil
}
