package web

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/run"
)

// captureRoutes: test runs, their captures and the transcript.
func (s *Server) captureRoutes(g *echo.Group) {
	g.GET("/integrations/:integration/runs", s.signedIn(showRuns))
	g.GET("/integrations/:integration/runs/new", s.signedIn(showNewRun))
	g.POST("/integrations/:integration/runs", s.signedIn(createRun))
	g.GET("/integrations/:integration/runs/:run", s.signedIn(showRun))
	g.GET("/integrations/:integration/runs/:run/compare/:other", s.signedIn(compareRuns))
	g.GET(routeCapture, s.signedIn(showUpload))
	g.POST(routeCapture, s.signedIn(addCaptures))
	g.POST("/integrations/:integration/runs/:run/redactor", s.scripted(handOverRedactor))
	g.GET("/integrations/:integration/runs/:run/exporter", s.signedIn(showExporter))
	g.POST("/integrations/:integration/runs/:run/exporter", s.signedIn(showExporterKey))
	g.POST("/integrations/:integration/reveal", s.scripted(declareNames))
	g.GET("/integrations/:integration/captures/:capture", s.signedIn(showCapture))
	g.GET("/integrations/:integration/captures/:capture/redacted.har", s.signedIn(downloadCapture))
	g.POST("/integrations/:integration/captures/:capture/comments", s.signedIn(commentOnCapture))
}

// Limits of an upload.
const (
	maxUploadFiles = 10
	maxUploadField = 200 // bytes of a field that is no file
	// readPatience is how long an upload may stand still.
	readPatience = 30 * time.Second
	// drainBytes and drainPatience bound what is read of a refused upload, so
	// that the browser gets to see the answer.
	drainBytes    = 64 << 20
	drainPatience = 5 * time.Second
)

// showUpload shows how to save a HAR and takes it.
func showUpload(r *request) error { return r.upload(http.StatusOK, string(store.CaptureBrowser), nil) }

// upload renders the upload page, after a refusal with what is wrong.
func (r *request) upload(status int, kind string, problem *components.ErrorSummaryModel) error {
	p, err := r.runPage("Add a capture")
	if err != nil {
		return err
	}
	if !r.actor.Can(auth.RunTests, p.run.PartnerID) {
		return apperr.New(apperr.Forbidden, "Only the partner's admins and members add captures.")
	}
	partner, err := store.FindPartner(r.ctx(), r.reader(), r.scope(), p.run.PartnerID)
	if err != nil {
		return err
	}
	m := view.UploadModel{
		Shell: p.Shell, Run: runTitle(p.run.Number, p.run.Scenario), RunHref: pathRun(p.Summary.ID, p.run.ID),
		Action: pathUpload(p.Summary.ID, p.run.ID), Key: formKey(), Errors: problem, RawForbidden: partner.RawUploads != "allowed", MostFiles: maxUploadFiles,
		Limits: fmt.Sprintf("HAR, the JSON of SAML-tracer or the lines of a back channel (.har, .harp, .json, .jsonl), plain or packed with gzip or zip (.gz, .zip). Up to %d files, together up to 1 GiB, each up to %s entries.", maxUploadFiles, components.Number(app.MaxCaptureEntries)),
		Kind: components.RadiosModel{FieldModel: components.FieldModel{Name: "kind", Label: "Recorded", Value: kind}, Options: []components.Option{
			{Value: string(store.CaptureBrowser), Label: "In a browser", Hint: "The redirects and pages as the test user met them."},
			{Value: string(store.CaptureBackChannel), Label: "On your server", Hint: "Its calls for tokens and attributes, the back channel."},
		}},
	}
	if err := r.offerRedactor(&m, p); err != nil {
		return err
	}
	return r.render(status, view.Upload(m))
}

// addCaptures takes the files of the form as they arrive. The form is never
// read as a whole: its parts are streamed, so that no raw byte is kept.
func addCaptures(r *request) error {
	form := &captureForm{kind: string(store.CaptureBrowser)}
	err := form.read(r)
	if err == nil {
		added := pathRun(form.integration, form.run) + "?added=1"
		if wantsJSON(r) {
			return r.JSON(http.StatusCreated, map[string]string{"location": added})
		}
		return r.see(added)
	}
	r.drain()
	if wantsJSON(r) {
		return r.captureProblem(err)
	}
	switch apperr.KindOf(err) {
	case apperr.Invalid, apperr.Unsupported, apperr.TooLarge, apperr.Conflict, apperr.Damaged:
		return r.upload(statusOf[apperr.KindOf(err)], form.kind, uploadProblem(err, form.stored))
	}
	return err
}

// captureProblem answers the upload page's script, which sends one file at a time.
func (r *request) captureProblem(err error) error {
	kind := apperr.KindOf(err)
	switch kind {
	case apperr.Invalid, apperr.Unsupported, apperr.TooLarge, apperr.Conflict, apperr.Damaged:
	default:
		return err
	}
	p := problem{Title: apperr.TextOf(err), Kept: "Nothing of this file was stored.", Again: errors.Is(err, app.ErrRedactAgain)}
	for _, f := range apperr.FieldsOf(err) {
		p.Errors = append(p.Errors, problemField{f.Name, f.Text})
	}
	return r.JSON(statusOf[kind], p)
}

// uploadProblem says what is wrong with a file, what was kept, and what to do.
func uploadProblem(err error, stored int) *components.ErrorSummaryModel {
	m := &components.ErrorSummaryModel{Title: apperr.TextOf(err), Kept: "Nothing of the file was stored. Choose a file and send it again."}
	if stored > 0 {
		m.Kept = components.Plural(stored, "file before it was", "files before it were") + " stored. Nothing of this one was: choose it and what follows again."
	}
	for _, f := range apperr.FieldsOf(err) {
		m.Errors = append(m.Errors, components.FieldError{FieldID: f.Name, Text: f.Text})
	}
	if len(m.Errors) == 0 {
		m.Errors = []components.FieldError{{FieldID: "file", Text: "Choose another file"}}
	}
	return m
}

// captureForm is the upload form while its parts arrive; fields stand before files.
type captureForm struct {
	integration, run uuid.UUID
	kind, key        string
	names            []byte // of the file that follows, as its redactor left them
	stored           int    // files of this form that are stored
}

// read takes part after part; the first file that is refused ends it.
func (f *captureForm) read(r *request) (err error) {
	if f.integration, f.run, err = r.runIDs(); err != nil {
		return err
	}
	req := r.Request()
	req.Body = http.MaxBytesReader(r.Response(), req.Body, app.MaxCaptureBytes+1<<20)
	req.Body = newPatientBody(req.Body, http.NewResponseController(r.Response()))
	parts, err := req.MultipartReader()
	if err != nil {
		return apperr.Wrap(apperr.Unsupported, "This address takes files from the form on this page only. Choose the file here and send it.", err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return apperr.Wrap(apperr.Invalid, "The upload broke off before the file was whole. Send it again.", err)
		}
		if err := f.part(r, part); err != nil {
			return err
		}
	}
	if f.stored == 0 {
		return apperr.InvalidFields("No file was sent.", apperr.Field{Name: "file", Text: "Choose one or more HAR files"})
	}
	return nil
}

// part takes a field, or streams a file into the app.
func (f *captureForm) part(r *request, part *multipart.Part) error {
	switch name := part.FormName(); {
	case name == "file" && part.FileName() != "":
		return f.file(r, part)
	case name == "kind" || name == "key":
		value, err := io.ReadAll(io.LimitReader(part, maxUploadField))
		if err != nil {
			return apperr.Wrap(apperr.Invalid, "The form could not be read. Send it again.", err)
		}
		if name == "kind" {
			f.kind = string(value)
		} else {
			f.key = string(value)
		}
	case name == "names":
		names, err := io.ReadAll(io.LimitReader(part, app.MaxNamesBytes+1))
		if err != nil {
			return apperr.Wrap(apperr.Invalid, "The form could not be read. Send it again.", err)
		}
		f.names = names
	}
	return nil // a field that the form does not have is passed over
}

func (f *captureForm) file(r *request, part *multipart.Part) error {
	if f.stored == maxUploadFiles {
		return apperr.New(apperr.TooLarge, fmt.Sprintf("The form takes %d files at once. Send the rest separately.", maxUploadFiles))
	}
	if media, _, err := mime.ParseMediaType(part.Header.Get("Content-Type")); err == nil && isNoCapture(media) {
		return apperr.New(apperr.Unsupported, "The file is not a HAR: your browser says it is a picture or a page. Choose the file that ends in .har.")
	}
	cmd := app.Command{Actor: r.actor, RequestID: requestID(r.Context)}
	if f.key != "" {
		cmd.Key = fmt.Sprintf("%s/%d", f.key, f.stored)
	}
	_, err := r.server.App.AddCapture(r.ctx(), cmd, app.NewCapture{Integration: f.integration, Run: f.run, Kind: store.CaptureKind(f.kind), Names: f.names, File: part})
	f.names = nil
	if err == nil {
		f.stored++
	}
	return err
}

// isNoCapture tells whether a media type is certainly none of a capture; what
// browsers say of .har files varies too much to ask for one.
func isNoCapture(media string) bool {
	kind, _, _ := strings.Cut(media, "/")
	switch kind {
	case "image", "audio", "video", "font":
		return true
	}
	return media == "text/html" || media == "application/pdf"
}

// readBlock is how much of an upload is asked for at once: the form's parts are
// cut in steps of 4 KiB, and each asking has a deadline to set.
const readBlock = 128 << 10

// newPatientBody gives each reading of a body its own deadline: a large file may
// take long, a sender that stands still may not.
func newPatientBody(body io.ReadCloser, connection *http.ResponseController) patientBody {
	p := patientReader{body, connection}
	return patientBody{bufio.NewReaderSize(p, readBlock), body}
}

// patientBody is a body that is read in blocks with a deadline each.
type patientBody struct {
	io.Reader
	plain io.ReadCloser
}

// Close implements io.Closer.
func (b patientBody) Close() error { return b.plain.Close() }

type patientReader struct {
	body       io.Reader
	connection *http.ResponseController
}

// Read implements io.Reader.
func (r patientReader) Read(p []byte) (int, error) {
	// A connection without deadlines, as in tests without a network, is read all the same.
	_ = r.connection.SetReadDeadline(time.Now().Add(readPatience))
	n, err := r.body.Read(p)
	if errors.Is(err, io.EOF) {
		_ = r.connection.SetReadDeadline(time.Time{}) // what is done with the file now has no deadline
	}
	return n, err
}

// drain reads on for a while after a refusal, without looking, so that the
// browser has sent enough to read the answer.
func (r *request) drain() {
	connection := http.NewResponseController(r.Response())
	_ = connection.SetReadDeadline(time.Now().Add(drainPatience))
	body := r.Request().Body
	if patient, ok := body.(patientBody); ok {
		body = patient.plain
	}
	_, _ = io.CopyN(io.Discard, body, drainBytes) // what cannot be read needs no draining
}
