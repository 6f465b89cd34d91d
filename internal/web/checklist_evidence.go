package web

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/picture"
	"github.com/proofwalk/proofwalk/internal/store"
	view "github.com/proofwalk/proofwalk/views/checklist"
	"github.com/proofwalk/proofwalk/views/components"
)

func pathDocument(integration, evidence uuid.UUID) string {
	return pathIntegration(integration) + "/evidence/" + evidence.String() + "/document"
}

// fileField asks for the file of a slot: a picture, or a document beside words.
func fileField(kind checklist.EvidenceKind) components.FieldModel {
	if kind == checklist.EvidenceScreenshot {
		return components.FieldModel{Name: "picture", ID: "picture", Type: "file", Label: "Picture",
			Hint: "PNG or JPEG, up to 5 MB. Cover names and numbers: what is in the picture stays in it.",
			Attrs: templ.Attributes{"accept": "image/png,image/jpeg", "data-masks-input": true,
				"data-most-bytes": strconv.Itoa(picture.MaxBytes), "data-most-pixels": strconv.Itoa(picture.MaxPixels)}}
	}
	return components.FieldModel{Name: "document", ID: "document-" + string(kind), Type: "file", Label: "Document", Optional: true,
		Hint:  "PDF, SVG, HTML, plain text, PNG or JPEG, up to 10 MB. Others download it; it is never shown here. A PDF is not looked into for credentials.",
		Attrs: templ.Attributes{"accept": ".pdf,.svg,.html,.htm,.txt,.log,.png,.jpg,.jpeg"}}
}

func pathPicture(integration, evidence uuid.UUID) string {
	return pathIntegration(integration) + "/evidence/" + evidence.String() + "/picture"
}

// fillSlots draws each evidence slot with what fills it and the form to add more.
func (r *request) fillSlots(m *view.ItemModel, p itemPage) error {
	captures, err := r.captureChoices(p)
	if err != nil {
		return err
	}
	needed, filledNeeded, optional := 0, 0, 0
	for _, slot := range p.requirement.Evidence {
		s := view.SlotModel{Kind: string(slot.Kind), Upload: slot.Kind == checklist.EvidenceScreenshot,
			Slot:   components.SlotModel{Kind: string(slot.Kind), Name: slot.Label, Needed: slot.Needed, Detail: kindWords[slot.Kind]},
			CanAdd: r.mayAdd(p, slot.Kind), Captures: captures,
			Text: components.FieldModel{Name: "text", ID: "text-" + string(slot.Kind), Label: textLabels[slot.Kind], Hint: slot.Label, Rows: 3},
			File: fileField(slot.Kind)}
		for _, e := range p.evidence {
			if e.Kind == slot.Kind {
				f := r.filled(p, e)
				if f.Passed, err = r.passNote(p.integration, text(e.Text)); err != nil {
					return err
				}
				s.Filled = append(s.Filled, f)
			}
		}
		s.Slot.Filled = len(s.Filled) > 0
		switch {
		case slot.Needed && s.Slot.Filled:
			needed, filledNeeded = needed+1, filledNeeded+1
		case slot.Needed:
			needed++
		default:
			optional++
		}
		m.Slots = append(m.Slots, s)
	}
	if len(m.Slots) > 0 {
		m.SlotsDone = fmt.Sprintf("%d of %d needed, %d optional", filledNeeded, needed, optional)
	}
	return nil
}

var textLabels = map[checklist.EvidenceKind]string{
	checklist.EvidenceDeclaration: "Declaration", checklist.EvidenceObservation: "Observation",
}

var kindWords = map[checklist.EvidenceKind]string{
	checklist.EvidenceRedirect: "A transcript of the redirects.", checklist.EvidenceError: "A transcript of the refusal.",
	checklist.EvidenceScreenshot: "PNG or JPEG up to 5 MB.", checklist.EvidenceBackChannel: "A transcript from your server.",
	checklist.EvidenceDeclaration: "Your team's word, with a name behind it.", checklist.EvidenceObservation: "What the consultant saw.",
}

// mayAdd: observations are the consultant's, all else the partner's, who leaves
// items of the review alone while a revision is in review, and accepted ones.
func (r *request) mayAdd(p itemPage, kind checklist.EvidenceKind) bool {
	if kind == checklist.EvidenceObservation {
		return r.actor.Can(auth.ReviewItems, p.item.PartnerID)
	}
	frozen := p.submitted && p.item.Phase == checklist.PhaseReview
	accepted := p.item.State == checklist.Accepted && p.item.StaleReason == nil
	return !frozen && !accepted && r.actor.Can(auth.ClaimItems, p.item.PartnerID)
}

func (r *request) filled(p itemPage, e store.Evidence) view.FilledModel {
	settled := (p.item.State == checklist.Claimed || p.item.State == checklist.Accepted) && p.item.StaleReason == nil
	f := view.FilledModel{ID: e.ID.String(), By: e.CreatedByName, At: e.ReceivedAt, CanWithdraw: !settled && r.mayAdd(p, e.Kind)}
	if n := slices.IndexFunc(p.proofs, func(proof checklist.Proof) bool { return proof.ID == e.ID.String() }); n >= 0 {
		f.Outdated = p.requirement.Outdated(p.proofs[n], p.described.Config.Protocol, r.server.Now())
	}
	if checklist.OlderRelease(e.Release, p.described.Config.Release) {
		f.OlderRelease = e.Release
	}
	switch {
	case e.CaptureID != nil:
		f.Text = captureName(e)
		f.Href = pathCapture(p.integration, *e.CaptureID)
	case e.ArtifactDigest != nil:
		f.Picture, f.Width, f.Height = pathPicture(p.integration, e.ID), e.Width, e.Height
		if e.Masks > 0 {
			f.Text = components.Plural(e.Masks, "area", "areas") + " covered."
		}
	default:
		f.Text = text(e.Text)
	}
	if e.DocumentDigest != nil {
		f.Document = &view.DocumentModel{Name: text(e.DocumentName), Href: pathDocument(p.integration, e.ID), Size: sizeWords(e.DocumentBytes),
			SHA256: *e.DocumentDigest, NotLookedInto: e.DocumentType == "application/pdf" || e.DocumentType == "image/png"}
	}
	return f
}

// captureChoices lists the captures that can be tied to the item, newest first.
func (r *request) captureChoices(p itemPage) (components.SelectModel, error) {
	m := components.SelectModel{FieldModel: components.FieldModel{Name: "capture", Label: "Capture"}}
	captures, err := store.ListCaptures(r.ctx(), r.reader(), r.scope(), p.integration)
	if err != nil {
		return m, err
	}
	for _, c := range captures {
		m.Options = append(m.Options, components.Option{Value: c.ID.String(),
			Label: fmt.Sprintf("Run %d, %s, capture %d, %s", c.RunNumber, scenarioTitle(c.Scenario), c.Number, components.Plural(c.EntryCount, "entry", "entries"))})
	}
	return m, nil
}

// scenarioTitle names a scenario for people.
func scenarioTitle(slug string) string {
	if s, ok := checklist.FindScenario(slug); ok {
		return s.Title
	}
	return slug
}
