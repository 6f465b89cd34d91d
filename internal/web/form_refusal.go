package web

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/views/components"
)

// refuse puts the messages of a refusal to the fields of the form that was sent
// and leads the summary to them. Where a text was taken for a credential and may
// be none, the first such field gets the field for the reason, with what was
// typed there: the same form, sent again, passes it.
func (r *request) refuse(cause error, summary *components.ErrorSummaryModel, fields ...*components.FieldModel) {
	var offered *components.FieldModel
	for _, f := range apperr.FieldsOf(cause) {
		name, _, _ := strings.Cut(f.Name, "[")
		for _, field := range fields {
			if field.Name != name {
				continue
			}
			if field.Error == "" {
				field.Error = errorOf(apperr.FieldsOf(cause), name)
			}
			lead(summary, f.Name, field.ElementID())
			if f.Passable && offered == nil {
				offered = field
				field.Pass = &components.PassModel{Name: app.FieldPassReason, Value: r.FormValue(app.FieldPassReason)}
			}
		}
		if f.Name == app.FieldPassReason && offered != nil {
			offered.Pass.Error = f.Text
			lead(summary, f.Name, offered.PassID())
		}
	}
}

// lead makes the lines of a summary that name a field lead to its element.
func lead(summary *components.ErrorSummaryModel, name, id string) {
	if summary == nil {
		return
	}
	for n := range summary.Errors {
		if summary.Errors[n].FieldID == name {
			summary.Errors[n].FieldID = id
		}
	}
}
