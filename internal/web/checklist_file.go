package web

import (
	"context"
	"errors"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
	view "github.com/proofwalk/proofwalk/views/checklist"
	"github.com/proofwalk/proofwalk/views/components"
)

// formRoom is what the other fields of a form with a file may take, in bytes.
const formRoom = 64 << 10

// readFileForm reads a form with a file of at most limit bytes into memory: no
// file of anybody's is on disk before it was looked at. tooLarge says what to do
// with a larger one.
func (r *request) readFileForm(limit int64, tooLarge string) error {
	req := r.Request()
	req.Body = http.MaxBytesReader(r.Response(), req.Body, limit+formRoom)
	req.Body = newPatientBody(req.Body, http.NewResponseController(r.Response()))
	err := req.ParseMultipartForm(limit + formRoom)
	var tooMany *http.MaxBytesError
	switch {
	case err == nil, errors.Is(err, http.ErrNotMultipart): // without a file a form may come as any other
		return nil
	case errors.As(err, &tooMany):
		return apperr.Wrap(apperr.TooLarge, tooLarge, err)
	}
	return apperr.Wrap(apperr.Invalid, "The form could not be read.", err)
}

// formFile opens the file of a form that was read; nil for none.
func (r *request) formFile(field string) (multipart.File, string, error) {
	header, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", apperr.Wrap(apperr.Invalid, "The form could not be read.", err)
	}
	file, err := header.Open()
	return file, header.Filename, err
}

// addScreenshot stores a picture, made anew without its metadata, and ties it
// to the item.
func addScreenshot(r *request) error {
	if err := r.readFileForm(app.MaxPictureBytes, "The picture is larger than 5 MB. Save it smaller and add it again."); err != nil {
		return err
	}
	return r.actOnItem("evidence", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		if err := r.server.App.CheckEvidence(ctx, cmd, ref, checklist.EvidenceScreenshot); err != nil {
			return err
		}
		file, _, err := r.formFile("picture")
		if err != nil {
			return err
		}
		if file == nil {
			return apperr.InvalidFields("No picture was added.", apperr.Field{Name: "picture", Text: "Choose a PNG or JPEG picture of at most 5 MB."})
		}
		defer func() { _ = file.Close() }() // reading only
		picture, err := r.server.App.StorePicture(ctx, file)
		if err != nil {
			return err
		}
		masks, _ := strconv.Atoi(r.FormValue("masks")) // none without the script
		return r.server.App.AddScreenshotEvidence(ctx, cmd, ref, picture, masks)
	}, func(m *view.ItemModel) []*components.FieldModel {
		return refillSlot(m, string(checklist.EvidenceScreenshot), "")
	})
}

// addStatement ties a declaration or observation to the item, with the document
// beside it if there is one.
func addStatement(r *request) error {
	if err := r.readFileForm(app.MaxDocumentBytes, "The document is larger than 10 MB. Save the part that shows it and add that."); err != nil {
		return err
	}
	kind := checklist.EvidenceKind(r.FormValue("kind"))
	return r.actOnItem("evidence", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		if kind != checklist.EvidenceDeclaration && kind != checklist.EvidenceObservation {
			return apperr.New(apperr.Invalid, "The form could not be read.")
		}
		file, name, err := r.formFile("document")
		if err != nil {
			return err
		}
		if file == nil {
			return r.server.App.AddTextEvidence(ctx, cmd, ref, kind, r.FormValue("text"))
		}
		defer func() { _ = file.Close() }() // reading only
		return r.server.App.AddDocumentEvidence(ctx, cmd, ref, kind, r.FormValue("text"), app.Document{Name: name, Body: file})
	}, func(m *view.ItemModel) []*components.FieldModel {
		return refillSlot(m, string(kind), r.FormValue("text"))
	})
}

// showPicture gives the bytes of a screenshot; who looks is in the audit log.
func showPicture(r *request) error {
	integration, id, err := r.evidenceID()
	if err != nil {
		return err
	}
	picture, err := r.server.App.ViewPicture(r.ctx(), r.command(), integration, id)
	if err != nil {
		return err
	}
	r.Response().Header().Set("Cache-Control", "no-store")
	return r.Blob(http.StatusOK, "image/png", picture)
}

// downloadDocument gives the bytes of a document to keep, never to show: as
// bytes of no kind, and with a policy that lets nothing of it run or load where
// a browser shows it all the same.
func downloadDocument(r *request) error {
	integration, id, err := r.evidenceID()
	if err != nil {
		return err
	}
	name, document, err := r.server.App.DownloadDocument(r.ctx(), r.command(), integration, id)
	if err != nil {
		return err
	}
	h := r.Response().Header()
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	return r.Blob(http.StatusOK, "application/octet-stream", document)
}

// evidenceID gives the integration and the evidence of the address.
func (r *request) evidenceID() (integration, id uuid.UUID, err error) {
	if integration, err = r.id("integration"); err != nil {
		return integration, id, err
	}
	id, err = r.id("evidence")
	return integration, id, err
}
