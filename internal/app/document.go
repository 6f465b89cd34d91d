package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Limits of a document.
const (
	MaxDocumentBytes = 10 << 20
	maxDocumentName  = 120 // bytes
	// MaxItemDocuments bounds what a submit looks through.
	MaxItemDocuments = 20
)

// Document is a file that comes beside the text of a declaration or observation.
type Document struct {
	// Name is that of the file as the sender names it; its folder is dropped.
	Name string
	Body io.Reader
}

// AddDocumentEvidence ties words with a file beside them to an item. The file
// is stored as it came and is a download only; pictures are made anew. What is
// text in it is looked through for credentials; a PDF is not.
func (a *App) AddDocumentEvidence(ctx context.Context, cmd Command, ref ItemRef, kind checklist.EvidenceKind, text string, d Document) error {
	if kind != checklist.EvidenceDeclaration && kind != checklist.EvidenceObservation {
		return apperr.New(apperr.Invalid, "The form could not be read.")
	}
	if err := a.checkEvidence(ctx, cmd, ref, kind, refuseMoreDocuments); err != nil {
		return err // before somebody else's file is read and stored
	}
	raw, err := io.ReadAll(io.LimitReader(d.Body, MaxDocumentBytes+1))
	if err != nil {
		return fmt.Errorf("reading a document: %w", err)
	}
	d.Name = path.Base(strings.ReplaceAll(strings.TrimSpace(d.Name), `\`, "/"))
	mediaType, err := checkDocument(d.Name, raw)
	if err != nil {
		return err
	}
	texts := a.gate(ctx, &cmd, ref.place())
	text = texts.text("text", text)
	texts.look("document", d.Name)
	if isTextDocument(mediaType) {
		digest := sha256.Sum256(raw)
		texts.judge("document", redact.CheckText(documentText(raw)), documentKnownBy(hex.EncodeToString(digest[:])))
	}
	if err := texts.refusal(); err != nil {
		return err
	}
	stored, err := a.storeDocument(ctx, mediaType, raw)
	if err != nil {
		return err
	}
	if mediaType == documentPicture {
		d.Name = strings.TrimSuffix(d.Name, path.Ext(d.Name)) + ".png"
	}
	if cmd.Key != "" {
		cmd.Key += "/" + stored.Digest // another file under the same key is another ask
	}
	return a.addEvidence(ctx, cmd, ref, kind, func(ctx context.Context, w *Write, e *store.Evidence) error {
		if err := refuseMoreDocuments(ctx, w, e.IntegrationID, e.ItemID); err != nil {
			return err
		}
		stored.PartnerID, stored.CreatedAt = e.PartnerID, w.Now
		if err := store.InsertArtifact(ctx, w.Tx, stored); err != nil {
			return err
		}
		e.Text, e.HappenedAt, e.CapturedAt = &text, &w.Now, &w.Now
		e.DocumentDigest, e.DocumentName = &stored.Digest, &d.Name
		return nil
	})
}

// refuseMoreDocuments keeps an item at so many documents that a submit can look
// through all of them.
func refuseMoreDocuments(ctx context.Context, w *Write, integrationID, item uuid.UUID) error {
	evidence, err := store.ListItemEvidence(ctx, w.Tx, w.Cmd.Actor.Scope(), integrationID, item)
	if err != nil {
		return err
	}
	documents := 0
	for _, e := range evidence {
		if e.DocumentDigest != nil {
			documents++
		}
	}
	if documents >= MaxItemDocuments {
		return apperr.New(apperr.Conflict, fmt.Sprintf("The item has %d documents already, which is the most. Withdraw one that it does not rest on.", MaxItemDocuments))
	}
	return nil
}

// checkDocument gives the type of a file, by its content and its name together.
func checkDocument(name string, raw []byte) (mediaType string, err error) {
	wrong := func(text string) error {
		return apperr.InvalidFields("The document was not stored.", apperr.Field{Name: "document", Text: text})
	}
	switch {
	case len(raw) > MaxDocumentBytes:
		return "", apperr.New(apperr.TooLarge, "The document is larger than 10 MB. Save the part that shows it and add that.")
	case len(raw) == 0:
		return "", wrong("Choose a file that is not empty.")
	case len(name) > maxDocumentName || !isPlain(name) || strings.ContainsAny(name, "\n\t\"/"):
		return "", wrong("Give the file a name in one line of at most 120 letters.")
	}
	mediaType = sniffDocument(raw)
	if mediaType == "" {
		return "", wrong("Choose a PDF, SVG, HTML, PNG or JPEG file, or plain text in UTF-8. This one is none of them.")
	}
	if endings := documentEndings[mediaType]; !slices.Contains(endings, strings.ToLower(path.Ext(name))) {
		return "", wrong("The file's content does not fit its name: this content is taken with the ending " + strings.Join(endings, " or ") + ".")
	}
	return mediaType, nil
}

// storeDocument puts the bytes into the blob store: pictures made anew, all
// else as it came.
func (a *App) storeDocument(ctx context.Context, mediaType string, raw []byte) (store.Artifact, error) {
	if mediaType == documentPicture {
		return a.StorePicture(ctx, bytes.NewReader(raw))
	}
	digest, err := a.Blobs.Put(ctx, raw)
	return store.Artifact{Digest: digest, MediaType: mediaType, Bytes: int64(len(raw))}, err
}

// DownloadDocument notes in the audit log that the actor downloads the document
// of a piece of evidence and then gives its name and bytes.
func (a *App) DownloadDocument(ctx context.Context, cmd Command, integrationID, evidence uuid.UUID) (name string, document []byte, err error) {
	var digest string
	_, err = a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		e, err := store.FindEvidence(ctx, w.Tx, cmd.Actor.Scope(), integrationID, evidence)
		if err != nil {
			return uuid.Nil, err
		}
		if e.DocumentDigest == nil || e.DocumentName == nil {
			return uuid.Nil, apperr.New(apperr.NotFound, "There is no such document.")
		}
		digest, name = *e.DocumentDigest, *e.DocumentName
		w.Audit("evidence.download", e.PartnerID, integrationID, audit.Object{ID: e.ID.String(), Kind: "evidence"},
			map[string]audit.Value{"digest": audit.Text(digest)})
		return e.ID, nil
	})
	if err != nil {
		return "", nil, err
	}
	document, err = a.Blobs.Read(ctx, digest)
	return name, document, err
}
