package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
)

// redactedByKit adds to a run of the recordings what the kit redacted of one, and
// gives the report that the kit made.
func (m team) redactedByKit(t *testing.T, id, run uuid.UUID) (captureID uuid.UUID, kit redact.Report) {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/captures/recorded/right-happy-path.har")
	must(t, err)
	i := m.find(t, id)
	key, round := redact.NewRound()
	var redacted bytes.Buffer
	kit, err = redact.New(redact.Options{Config: &i.Config, Digest: i.ConfigDigest, Key: key, Round: round, Version: m.app.Version}).
		HAR(&redacted, bytes.NewReader(raw), capture.Limits{})
	must(t, err)
	captureID, err = m.app.AddCapture(t.Context(), app.Command{Actor: m.member}, app.NewCapture{Integration: id, Run: run, Kind: store.CaptureBrowser, File: &redacted})
	must(t, err)
	return captureID, kit
}

// A packet reports what was redacted whoever did it: of a transcript that came
// redacted, what the server finds replaced there; also where the capture was stored
// before the server counted it.
func TestPacketReportsRedaction(t *testing.T) {
	t.Parallel()
	var counts [2][]packet.Redaction
	for n, before := range []bool{false, true} {
		m := newTeam(t)
		id, raw := m.recorded(t, "faulty-consent-denied.har")
		first, err := store.FindCapture(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, raw)
		must(t, err)
		came, kit := m.redactedByKit(t, id, first.TestRunID)
		if before {
			_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE captures SET report = report - 'kept'`)
			must(t, err)
		}
		m.readyWith(t, id, came)
		p := m.packets(t, id)[0]
		must(t, m.app.BuildPacket(t.Context(), p.ID))
		made := m.download(t, id, p.ID)
		c, err := packet.ReadManifest([]byte(packed(t, made, "packet.json")))
		must(t, err)
		if len(c.Transcripts) != 2 || c.Transcripts[0].RedactionsCounted != packet.CountedRedacting || c.Transcripts[1].RedactionsCounted != packet.CountedTranscript {
			t.Fatalf("%d transcripts, of which the last was counted in %q", len(c.Transcripts), c.Transcripts[len(c.Transcripts)-1].RedactionsCounted)
		}
		own, list := packet.RedactedValues(c.Transcripts[0].Redactions), c.Transcripts[1].Redactions
		if total := packet.RedactedValues(list); own == 0 || total < 100 || total > kit.Total() {
			t.Errorf("%d and %d values are counted; the kit counted %d", own, total, kit.Total())
		}
		text := strings.Join(strings.Fields(pdfToText(t, made, "-nopgbrk")), " ")
		for _, want := range []string{"counted by the server in the redacted transcript", "counted by the server while redacting", packet.UncountedNote,
			fmt.Sprintf("%d redacted values", own+packet.RedactedValues(list))} {
			if !strings.Contains(text, want) {
				t.Errorf("the report does not say %q", want)
			}
		}
		counts[n] = list
	}
	if !slices.Equal(counts[0], counts[1]) {
		t.Errorf("counted later it is %v, at first %v", counts[1], counts[0])
	}
}

// What the server stores with a capture that came redacted is what it finds replaced.
func TestStoredReportCountsWhatCameRedacted(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, raw := m.recorded(t, "faulty-consent-denied.har")
	first, err := store.FindCapture(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, raw)
	must(t, err)
	came, _ := m.redactedByKit(t, id, first.TestRunID)
	stored, err := store.FindCapture(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, came)
	must(t, err)
	har, err := m.app.Blobs.Read(t.Context(), stored.Digest)
	must(t, err)
	var report redact.Report
	must(t, json.Unmarshal(stored.Report, &report))
	want, err := redact.Count(har)
	must(t, err)
	if len(want) == 0 || !slices.Equal(report.Kept, want) || report.Total() != 0 {
		t.Errorf("stored is %+v, in the transcript stand %v", report, want)
	}
}
