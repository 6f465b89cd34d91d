package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/store"
)

// actionWords say in words what an entry's action did to its object. An action
// that is not here is shown as it is stored.
var actionWords = map[string]string{
	"audit.hold": "Entry held back from the log", "capture.add": "Capture added", "redactor.hand_over": "Round key handed to a redactor", "exporter_key.show": "Round key shown for an exporter",
	"integration.declare": "Names declared", "capture.download": "Transcript downloaded", "capture.view": "Transcript viewed",
	"comment.create": "Comment added", "consultant.assign": "Consultant named",
	"evidence.add": "Evidence added", "evidence.view": "Screenshot viewed", "evidence.download": "Document downloaded", "evidence.withdraw": "Evidence taken off",
	"evidence.age": "Evidence grew too old", "test_run.judge": "Test run judged again",
	"integration.create": "Integration described", "integration.save": "Description saved",
	"item.accept": "Accepted", "item.claim": "Claimed", "item.confirm": "Confirmed as not applicable", "item.plan": "Owner and date set",
	"item.return": "Returned", "item.reword": "Reworded", "item.unclaim": "Claim taken back",
	"item.set_not_applicable": "Marked as not applicable", "item.reset_not_applicable": "Applies again",
	"keys.create": "Keys made", "keys.rotate": "Keys rotated", "keys.compromise": "Key marked as compromised",
	"packet.download": "Packet downloaded", "packet.view": "Packet read", "packet.draft": "Draft made", "packet.summary": "Summary taken", "packet.make": "Packet made", "packet.seal": "Packet sealed",
	"packet.withdraw": "Packet withdrawn", "packet.ask_again": "Packet asked for again", "packet.renew": "Next edition asked for",
	"question.answer": "Question answered", "question.ask": "Question asked",
	"remark.answer": "Remark answered", "remark.close": "Remark closed", "remark.create": "Remark written", "remark.reopen": "Remark opened again",
	"remark.waive": "Remark waived", "revision.decide": "Revision decided", "revision.submit": "Revision submitted",
	"sign_off.create": "Signed off", "test_run.create": "Test run created",
	"walkthrough.end": "Outcome recorded", "walkthrough.mark": "Step marked", "walkthrough.plan": "Walkthrough planned",
	"walkthrough.start": "Walkthrough started",
}

// wordsOf says an entry's action in words.
func wordsOf(e store.AuditRow) string {
	if words, ok := actionWords[e.Action]; ok {
		return words
	}
	return e.Action
}

// actWords is an entry as one line: "Claimed TST-09".
func actWords(e store.AuditRow) string {
	if _, err := uuid.Parse(e.ObjectID); err == nil {
		return wordsOf(e)
	}
	return wordsOf(e) + " " + e.ObjectID
}

// objectWords names an entry's object for people: labels as they are, ids not at all.
func objectWords(e store.AuditRow) string {
	if _, err := uuid.Parse(e.ObjectID); err == nil {
		return strings.ReplaceAll(e.ObjectKind, "_", " ")
	}
	return e.ObjectID
}

// detailWords lists an entry's details in a fixed order; ids say nothing to
// people and stay in the entry.
func detailWords(details map[string]any) string {
	parts := make([]string, 0, len(details))
	for _, name := range slices.Sorted(maps.Keys(details)) {
		if id, ok := details[name].(string); ok && uuid.Validate(id) == nil {
			continue
		}
		value := fmt.Sprint(details[name])
		if strings.HasPrefix(name, "stale_items") {
			name, value = "turned stale", strings.ReplaceAll(value, "+", " ")
		}
		parts = append(parts, strings.ReplaceAll(name, "_", " ")+": "+value)
	}
	return strings.Join(parts, ", ")
}
