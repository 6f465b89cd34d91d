package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	view "github.com/proofwalk/proofwalk/views/checklist"
	"github.com/proofwalk/proofwalk/views/components"
)

// The values of the field "decision" of an item's form.
const (
	decideAccept  = "accept"
	decideReturn  = "return"
	decideConfirm = "confirm"
)

// decideModel is the consultant's form for an item; nil when the reader cannot
// decide it or its state leaves nothing to decide.
func (r *request) decideModel(p itemPage, findings []components.FindingModel) *view.DecideModel {
	if !r.actor.Can(auth.ReviewItems, p.item.PartnerID) {
		return nil
	}
	m := &view.DecideModel{
		ItemID: p.item.RequirementID, Action: pathItem(p.integration, p.item.RequirementID) + "/decision", Key: formKey(), RowVersion: p.item.RowVersion,
		Choice: components.RadiosModel{FieldModel: components.FieldModel{Name: "decision", ID: "decision", Label: "Decision"}, Boxed: true},
		Text: components.FieldModel{Name: "remark", ID: "remark", Label: "To the partner", Optional: true, Rows: 4,
			Hint: "What has to be mended. Needed when the item is returned."},
		Label: "Decide " + p.item.RequirementID,
	}
	m.Pin, m.Param = pinFields("pin", findings)
	allowed := func(action checklist.Action) bool { _, err := checklist.Next(p.item.Rule(), action); return err == nil }
	if allowed(checklist.Accept) {
		m.Choice.Options = append(m.Choice.Options, components.Option{Value: decideAccept, Label: "Accept", Key: "a"})
	}
	if allowed(checklist.Return) {
		m.Choice.Options = append(m.Choice.Options, components.Option{Value: decideReturn, Label: "Return", Key: "r"})
	}
	if p.item.State == checklist.NotApplicable && p.item.ConfirmedBy == nil {
		m.Choice.Options = append(m.Choice.Options, components.Option{Value: decideConfirm, Label: "Confirm: it does not apply", Key: "c"})
	}
	if len(m.Choice.Options) == 0 {
		return nil
	}
	m.NotYet = r.decideNotYet(p)
	return m
}

// decideNotYet says what has to happen before the item can be decided.
func (r *request) decideNotYet(p itemPage) string {
	switch {
	case p.item.ClaimedBy != nil && *p.item.ClaimedBy == r.actor.UserID && p.item.State == checklist.Claimed:
		return "you claimed this item, so somebody else has to decide it."
	case p.item.Phase == checklist.PhaseReview && !p.submitted:
		return "no revision is in review. The partner submits the checklist first."
	case p.item.Phase == checklist.PhaseWalkthrough && !p.running && p.item.State != checklist.NotApplicable:
		return "the item is decided in the walkthrough."
	}
	return ""
}

// pinFields are the fields that pin a remark: the hops that the findings rest
// on, and a parameter there.
func pinFields(id string, findings []components.FindingModel) (components.SelectModel, components.FieldModel) {
	pin := components.SelectModel{FieldModel: components.FieldModel{Name: "pin", ID: id, Label: "Pinned to", Optional: true},
		Options: []components.Option{{Label: "The item as a whole"}}}
	seen := map[string]bool{}
	for _, f := range findings {
		for _, p := range f.Pins {
			if value := pinValue(p.Href); value != "" && !seen[value] {
				seen[value] = true
				pin.Options = append(pin.Options, components.Option{Value: value, Label: p.Text + ", " + f.Title})
			}
		}
	}
	return pin, components.FieldModel{Name: "param", ID: id + "-param", Label: "Parameter", Optional: true, Mono: true, Hint: "Its name only, such as state."}
}

// pinValue turns the address of a hop into what a form sends: capture and hop.
func pinValue(href string) string {
	_, rest, found := strings.Cut(href, "/captures/")
	if !found {
		return ""
	}
	return strings.Replace(rest, "#hop-", ".", 1)
}

// newRemark reads the fields that a remark is made of.
func (r *request) newRemark() (app.NewRemark, error) {
	n := app.NewRemark{Text: r.FormValue("remark"), Param: r.FormValue("param")}
	pin := r.FormValue("pin")
	if pin == "" {
		return n, nil
	}
	capture, hop, _ := strings.Cut(pin, ".")
	id, err := uuid.Parse(capture)
	number, hopErr := strconv.Atoi(hop)
	if err != nil || hopErr != nil {
		return n, apperr.InvalidFields("One field needs a change.", apperr.Field{Name: "pin", Text: "Choose a hop of the list."})
	}
	n.Capture, n.Entry = &id, number-1
	return n, nil
}

// decideItem accepts or returns an item, or confirms that it does not apply.
func decideItem(r *request) error {
	ref, err := r.itemRef()
	if err != nil {
		return err
	}
	decision := r.FormValue("decision")
	err = r.applyDecision(ref, decision)
	kind := apperr.KindOf(err)
	fromReview := r.FormValue("from") == "review"
	switch {
	case kind == "" && fromReview:
		return r.see(pathReview(ref.Integration) + "?done=" + decision + "&was=" + ref.Requirement)
	case kind == "":
		return r.see(pathItem(ref.Integration, ref.Requirement) + "?done=" + decision)
	case kind != apperr.Invalid && kind != apperr.Conflict && kind != apperr.Forbidden:
		return err
	case kind == apperr.Forbidden && !r.actor.Can(auth.ReviewItems, uuid.Nil):
		return err
	}
	if fromReview {
		return r.queueAnswer(statusOf[kind], ref.Requirement, err)
	}
	return r.itemAnswer(statusOf[kind], err, func(m *view.ItemModel) []*components.FieldModel {
		if m.Decide == nil {
			return nil
		}
		return r.refillDecision(m.Decide)
	})
}

func (r *request) applyDecision(ref app.ItemRef, decision string) error {
	a := r.server.App
	switch decision {
	case decideAccept:
		return a.AcceptItem(r.ctx(), r.command(), ref)
	case decideConfirm:
		return a.ConfirmNotApplicable(r.ctx(), r.command(), ref)
	case decideReturn:
		remark, err := r.newRemark()
		if err != nil {
			return err
		}
		return a.ReturnItem(r.ctx(), r.command(), ref, []app.NewRemark{remark})
	}
	return apperr.InvalidFields("Nothing was decided.", apperr.Field{Name: "decision", Text: "Choose what to decide."})
}

func (r *request) refillDecision(m *view.DecideModel) []*components.FieldModel {
	m.Choice.Value, m.Text.Value, m.Pin.Value, m.Param.Value = r.FormValue("decision"), r.FormValue("remark"), r.FormValue("pin"), r.FormValue("param")
	return []*components.FieldModel{&m.Choice.FieldModel, &m.Text, &m.Pin.FieldModel, &m.Param}
}

// addRemark asks for something to be mended.
func addRemark(r *request) error {
	return r.actOnItem("remark", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		remark, err := r.newRemark()
		if err != nil {
			return err
		}
		return r.server.App.AddRemark(ctx, cmd, ref.Integration, ref.Requirement, remark)
	}, func(m *view.ItemModel) []*components.FieldModel {
		if m.Remark == nil {
			return nil
		}
		m.Remark.Open = true
		m.Remark.Text.Value, m.Remark.Pin.Value, m.Remark.Param.Value = r.FormValue("remark"), r.FormValue("pin"), r.FormValue("param")
		return []*components.FieldModel{&m.Remark.Text, &m.Remark.Pin.FieldModel, &m.Remark.Param}
	})
}

// remarkActs are what is done to a remark, by the value of "act".
var remarkActs = []string{"answer", "close", "reopen", "waive"}

// actOnRemark answers, closes, opens again or waives a remark.
func actOnRemark(r *request) error {
	act := r.FormValue("act")
	id, err := r.id("remark")
	if err != nil {
		return err
	}
	if !slices.Contains(remarkActs, act) {
		return apperr.New(apperr.Invalid, "The form could not be read.")
	}
	return r.actOnItem(act, func(ctx context.Context, cmd app.Command, item app.ItemRef) error {
		ref := app.RemarkRef{Integration: item.Integration, Remark: id, RowVersion: item.RowVersion}
		switch act {
		case "answer":
			return r.server.App.AnswerRemark(ctx, cmd, ref, r.FormValue("answer"))
		case "waive":
			return r.server.App.WaiveRemark(ctx, cmd, ref, r.FormValue("reason"))
		case "reopen":
			return r.server.App.ReopenRemark(ctx, cmd, ref)
		}
		return r.server.App.CloseRemark(ctx, cmd, ref)
	}, func(m *view.ItemModel) []*components.FieldModel { return r.refillRemark(m, id) })
}

// refillRemark keeps what was typed under a remark. The forms are drawn from the
// model when the page is, so that messages still come to their fields.
func (r *request) refillRemark(m *view.ItemModel, id uuid.UUID) []*components.FieldModel {
	for n := range m.Thread {
		e := &m.Thread[n]
		if e.Remark == nil || e.Comment.ID != remarkAnchor(id) {
			continue
		}
		e.Remark.AnswerText.Value, e.Remark.Reason.Value = r.FormValue("answer"), r.FormValue("reason")
		return []*components.FieldModel{&e.Remark.AnswerText, &e.Remark.Reason}
	}
	return nil
}

func remarkAnchor(id uuid.UUID) string { return "remark-" + id.String() }
