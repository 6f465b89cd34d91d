package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// server is a demo in a process of its own, and a visitor of it.
type server struct {
	cmd     *exec.Cmd
	log     *bytes.Buffer
	origin  string
	client  *http.Client
	partner string // the id of the partner whose admin the visitor is
}

// startPatience is how long the demo may take to fill its folder and answer.
const startPatience = 90 * time.Second

func startServer(ctx context.Context, dir string) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("finding a port: %w", err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	if err := listener.Close(); err != nil {
		return nil, fmt.Errorf("finding a port: %w", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	s := &server{log: &bytes.Buffer{}, origin: "http://localhost:" + port, client: &http.Client{Jar: jar}}
	s.cmd = exec.CommandContext(ctx, filepath.Join(dir, "proofwalkd"), "demo", "--listen", "localhost:"+port, "--data-dir", filepath.Join(dir, "data"))
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the demo: %w", err)
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(startPatience); time.Now().Before(end); <-tick.C {
		if res, err := s.client.Get(s.origin + "/readyz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return s, nil
			}
		}
	}
	return nil, errors.Join(errors.New("the demo does not answer: "+s.log.String()), s.stop())
}

// stop ends the server and waits for it.
func (s *server) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself, which Wait tells
	return s.cmd.Wait()
}

// prepare signs in as a partner's admin and allows raw uploads.
func (s *server) prepare() error {
	page, err := s.get("/sign-in")
	if err != nil {
		return err
	}
	_, page, _ = strings.Cut(page, "Priya Raman")
	form := regexp.MustCompile(`/demo/sign-in/[0-9a-f-]+`).FindString(page)
	if form == "" {
		return errors.New("the sign-in page has no button for the partner's admin")
	}
	if _, err := s.post(form, nil); err != nil {
		return err
	}
	people, err := s.get("/people")
	if err != nil {
		return err
	}
	partner := regexp.MustCompile(`/partners/([0-9a-f-]{36})`).FindStringSubmatch(people)
	if partner == nil {
		return errors.New("the page of people leads to no partner")
	}
	settings := url.Values{"raw_uploads": {"allowed"}, "row_version": {"1"}}
	if _, err := s.post("/partners/"+partner[1]+"/settings", settings); err != nil {
		return err
	}
	s.partner = partner[1]
	return nil
}

// describe makes an integration of its own for each upload: judging a file looks
// at the others of its round too.
func (s *server) describe(n int) (string, error) {
	yaml, err := os.ReadFile("testdata/integrations/right.yaml")
	if err != nil {
		return "", fmt.Errorf("reading the sample integration: %w", err)
	}
	named := strings.Replace(string(yaml), "name: ", fmt.Sprintf("name: Bench %d of ", n+1), 1)
	page, err := s.post("/integrations/import", url.Values{"partner": {s.partner}, "yaml": {named}})
	return strings.TrimSuffix(page, "/description"), err
}

// newRun describes an integration, creates a run and gives the address of its
// upload form.
func (s *server) newRun(n int) (string, error) {
	integration, err := s.describe(n)
	if err != nil {
		return "", err
	}
	return s.post(integration+"/runs", url.Values{"scenario": {"happy-path"}, "test_user": {"driver-licence"}})
}

// upload sends the raw file to a new run.
func (s *server) upload(file string, n int) (measured, error) {
	form, err := s.newRun(n)
	if err != nil {
		return measured{}, err
	}
	f, err := os.Open(file)
	if err != nil {
		return measured{}, fmt.Errorf("opening the capture: %w", err)
	}
	defer f.Close()
	capture, err := captureOf(f, n)
	if err != nil {
		return measured{}, err
	}
	body, err := formOf(nil, capture)
	if err != nil {
		return measured{}, err
	}
	return s.send(form, body)
}

// sized is what is sent, of a length that is known, as a browser sends a file.
type sized struct {
	io.Reader
	bytes       int64
	contentType string // of a form
}

// send posts an upload form and measures until the answer.
func (s *server) send(form string, body sized) (measured, error) {
	before, err := s.usage()
	if err != nil {
		return measured{}, err
	}
	req, err := http.NewRequest(http.MethodPost, s.origin+form, body)
	if err != nil {
		return measured{}, err
	}
	req.ContentLength = body.bytes
	req.Header.Set("Content-Type", body.contentType)
	watch := s.watch(before)
	began := time.Now()
	res, err := s.client.Do(req)
	wall := time.Since(began)
	peak := watch()
	if err != nil {
		return measured{}, fmt.Errorf("uploading: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || !strings.Contains(res.Request.URL.RawQuery, "added=1") {
		text, _ := io.ReadAll(res.Body)
		return measured{}, fmt.Errorf("the upload was answered with %d: %s", res.StatusCode, firstWords(text))
	}
	after, err := s.usage()
	return measured{wall: wall, cpu: after.cpu - before.cpu, bytes: max(peak, after.rss) - before.rss}, err
}

// formOf gives the upload form with the table of names, if any, and a file.
func formOf(names []byte, file sized) (sized, error) {
	var around bytes.Buffer
	form := multipart.NewWriter(&around)
	err := form.WriteField("kind", "browser")
	if err == nil && names != nil {
		err = form.WriteField("names", string(names))
	}
	if err == nil {
		_, err = form.CreateFormFile("file", "bench.har")
	}
	head := around.Len()
	if err == nil {
		err = form.Close()
	}
	text := around.Bytes()
	return sized{Reader: io.MultiReader(bytes.NewReader(text[:head]), file, bytes.NewReader(text[head:])),
		bytes: int64(len(text)) + file.bytes, contentType: form.FormDataContentType()}, err
}

// captureOf gives a recorded sign-in of the integration, then the entries of the
// file. n makes it another file each time, since the server refuses one that it
// has.
func captureOf(f *os.File, n int) (sized, error) {
	signIn, err := recordedEntries()
	if err != nil {
		return sized{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return sized{}, fmt.Errorf("looking at the capture: %w", err)
	}
	before, err := beforeEntries(f)
	if err != nil {
		return sized{}, err
	}
	head := fmt.Sprintf(`{"log":{"entries":[{"startedDateTime":"2026-03-01T10:00:%02dZ","request":{"method":"GET","url":"https://a.example/"},"response":{"status":200}},%s,`, n, signIn)
	return sized{Reader: io.MultiReader(strings.NewReader(head), io.NewSectionReader(f, before, info.Size()-before)),
		bytes: int64(len(head)) + info.Size() - before}, nil
}

// recordedEntries gives the entries of a recorded sign-in, with commas between.
func recordedEntries() ([]byte, error) {
	text, err := os.ReadFile("testdata/captures/recorded/right-happy-path.har")
	if err != nil {
		return nil, fmt.Errorf("reading the recorded sign-in: %w", err)
	}
	var doc struct {
		Log struct{ Entries []json.RawMessage }
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("reading the recorded sign-in: %w", err)
	}
	var out []byte
	for i, e := range doc.Log.Entries {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, e...)
	}
	return out, nil
}

// beforeEntries gives the length of what stands before the first entry.
func beforeEntries(f io.ReaderAt) (int64, error) {
	head := make([]byte, 64<<10)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("reading the capture: %w", err)
	}
	_, after, found := bytes.Cut(head[:n], []byte(`"entries"`))
	list := bytes.IndexByte(after, '[')
	if !found || list < 0 {
		return 0, errors.New("the capture has no entries at its beginning")
	}
	return int64(n - len(after) + list + 1), nil
}

// usage is what the server's process holds and has used.
type usage struct {
	rss int64
	cpu time.Duration
}

func (s *server) usage() (u usage, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return u, fmt.Errorf("reading the server's use: %w", err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 22 {
		return u, errors.New("the server's use is not as Linux writes it")
	}
	const ticksPerSecond = 100
	for _, n := range []int{11, 12} { // user and system time
		ticks, err := strconv.ParseInt(fields[n], 10, 64)
		if err != nil {
			return u, fmt.Errorf("reading the server's use: %w", err)
		}
		u.cpu += time.Duration(ticks) * time.Second / ticksPerSecond
	}
	pages, err := strconv.ParseInt(fields[21], 10, 64)
	u.rss = pages * int64(os.Getpagesize())
	return u, err
}

// watch follows the server's memory until the function it gives is called,
// which answers with the peak.
func (s *server) watch(before usage) (peak func() int64) {
	most, done := before.rss, make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if u, err := s.usage(); err == nil {
					most = max(most, u.rss)
				}
			}
		}
	})
	return func() int64 {
		close(done)
		wg.Wait()
		return most
	}
}

// get reads a page; post sends a form and gives the path that it ends at.
func (s *server) get(path string) (string, error) {
	res, err := s.client.Get(s.origin + path)
	if err != nil {
		return "", fmt.Errorf("reading a page: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d", path, res.StatusCode)
	}
	return string(text), err
}

func (s *server) post(path string, form url.Values) (string, error) {
	res, err := s.client.PostForm(s.origin+path, form)
	if err != nil {
		return "", fmt.Errorf("sending a form: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d: %s", path, res.StatusCode, firstWords(text))
	}
	return res.Request.URL.Path, err
}

var tags = regexp.MustCompile(`(?s)<(head|svg|script).*?</(head|svg|script)>|<[^>]*>`)

// firstWords gives the beginning of a page's text, for an error.
func firstWords(page []byte) string {
	words := strings.Join(strings.Fields(tags.ReplaceAllString(string(page), " ")), " ")
	return words[:min(len(words), 300)]
}
