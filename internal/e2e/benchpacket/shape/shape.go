// Package shape makes the content of packets to measure with, of any size and the
// same each time.
package shape

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"time"

	"github.com/proofwalk/proofwalk/internal/packet"
)

// Shape says how much a packet holds.
type Shape struct {
	Items, Transcripts, Hops, Screenshots int // Hops are spread over the transcripts
}

// Usual is the packet of an ordinary integration.
var Usual = Shape{Items: 12, Transcripts: 2, Hops: 406, Screenshots: 6}

// Entries is how many entries of the audit log the usual integration has.
const Entries = 200

// Times is the packet that is n times as large.
func (s Shape) Times(n int) Shape {
	return Shape{s.Items * n, s.Transcripts * n, s.Hops * n, s.Screenshots * n}
}

var made = time.Date(2026, 11, 21, 22, 4, 5, 0, time.UTC)

// names are of the people and things in it, in the scripts that reports are set in.
var names = []string{"Zażółć gęślą jaźń", "Ελληνική υπηρεσία", "Проверка согласия", "Tiếng Việt rõ ràng", "Þjóðskrá Íslands", "Çok güzel bir gün"}

func act(n int) packet.Act {
	return packet.Act{By: "Dana Whitlock", Organisation: "ID.me", At: at(n), Text: "Seen in the transcript; the page says what to do next."}
}

func at(minutes int) packet.Time {
	return packet.At(made.Add(time.Duration(minutes-6000) * time.Minute))
}

func clocks(n int) packet.Clocks {
	return packet.Clocks{HappenedAt: at(n), CapturedAt: at(n + 1), ReceivedAt: at(n + 9)}
}

// Content makes the content of a decided packet. The pictures are PNG of 1280 by
// 800; the transcripts' files are short.
func Content(s Shape) (*packet.Content, error) {
	decision := act(5900)
	c := &packet.Content{
		Integration: packet.Integration{
			ID: "019a0b1c-0000-7000-8000-000000000002", Name: "First responder sale", Slug: "first-responder", Partner: "Kestrel Ticketing",
			Protocol: "oauth", UseCases: []string{"group"}, Environment: "sandbox", ConfigVersion: 4,
			Facts: []packet.Fact{{Name: "name", Values: []string{"First responder sale"}}, {Name: "redirect_uris", Values: []string{"https://www.kestrel.example/idme"}}},
		},
		Revision: 3, Edition: 1, MadeAt: packet.At(made), Template: 1, RuleSet: 1,
		Decision: &packet.Decision{Word: "ready", Act: decision},
		Sections: []packet.Section{{ID: "TST", Title: "Tests before the walkthrough"}, {ID: "ERR", Title: "Error handling"}},
	}
	for i := range s.Transcripts {
		c.Transcripts = append(c.Transcripts, transcript(i, s.Hops*(i+1)/s.Transcripts-s.Hops*i/s.Transcripts))
	}
	for i := range s.Items {
		c.Items = append(c.Items, item(i, s, &decision))
		c.Findings = append(c.Findings, finding(i, s))
	}
	for i := range s.Screenshots {
		picture, err := picture(uint64(i))
		if err != nil {
			return nil, err
		}
		c.Screenshots = append(c.Screenshots, packet.Screenshot{
			ID: packet.Label(packet.LabelScreenshot, i+1), Title: "The page after step " + fmt.Sprint(i+1), Transcript: c.Transcripts[i%s.Transcripts].ID,
			Entry: 7, By: "Hugo Brandt", Masks: 2, Clocks: clocks(i), PNG: picture,
		})
	}
	return c, nil
}

func item(i int, s Shape, decision *packet.Act) packet.Item {
	section := []string{"TST", "ERR"}[i*2/s.Items]
	return packet.Item{
		ID: fmt.Sprintf("%s-%02d", section, i+1), Section: section, Title: "What the user sees is clear: " + names[i%len(names)], Version: 1, Phase: "review",
		Required: true, By: "both", State: "accepted", Decision: decision, Findings: []string{packet.Label(packet.LabelFinding, i+1)},
		Evidence: []packet.Evidence{{Kind: "redirect", Transcript: packet.Label(packet.LabelTranscript, i%s.Transcripts+1), Entries: []int{2, 6}, Clocks: clocks(i), ConfigVersion: 4, RuleSet: 1}},
	}
}

func finding(i int, s Shape) packet.Finding {
	return packet.Finding{
		ID: packet.Label(packet.LabelFinding, i+1), Rule: fmt.Sprintf("AR-%02d", i%24+1), RuleSet: 1, Verdict: "pass", Severity: "high",
		Title: "The callback carries the state of the request", Clause: "RFC 6749, section 10.12",
		Refs: []packet.Ref{{Transcript: packet.Label(packet.LabelTranscript, i%s.Transcripts+1), Entry: 2, Param: "state"}},
	}
}

// walk is a sign-in of seven hops, which a transcript repeats.
var walk = []packet.Hop{
	{Lane: "partner", Status: 302, Method: "GET", Host: "www.kestrel.example", Path: "/sale/verify", TimeMS: 41},
	{Lane: "provider", Status: 302, Method: "GET", Host: "api.idmelabs.com", Path: "/oauth/authorize", TimeMS: 120,
		Params: []packet.Param{{Name: "response_type", Value: "code"}, {Name: "scope", Value: "responder"}, {Name: "state", Value: "state A", Chip: true}}},
	{Lane: "provider", Status: 200, Method: "GET", Host: "api.idmelabs.com", Path: "/en/session/new", Size: 41_000},
	{Lane: "third_party", Status: 200, Method: "GET", Host: "host-1.invalid", Path: "/s1/s2"},
	{Lane: "provider", Status: 302, Method: "POST", Host: "api.idmelabs.com", Path: "/en/consent"},
	{Lane: "partner", Status: 302, Method: "GET", Host: "www.kestrel.example", Path: "/idme",
		Params: []packet.Param{{Name: "code", Value: "code A", Chip: true}, {Name: "state", Value: "state A", Chip: true, SameAs: 2}}},
	{Lane: "partner", Status: 200, Method: "GET", Host: "www.kestrel.example", Path: "/sale/tickets", Size: 7_400},
}

func transcript(i, hops int) packet.Transcript {
	t := packet.Transcript{
		ID: packet.Label(packet.LabelTranscript, i+1), Scenario: "happy path, " + names[i%len(names)], TestUser: "responder", MadeBy: "Hugo Brandt",
		RedactedBy: "partner_browser", Redactor: "proofwalk 0.1.0", Exporter: "Chromium 156", Clocks: clocks(i), ConfigVersion: 4,
		Redactions: []packet.Redaction{{Rule: "C1", Place: "request header", Count: 26}}, HAR: fmt.Appendf(nil, `{"log":{"version":"1.2","comment":"%d"}}`, i),
	}
	for n := range hops {
		h := walk[n%len(walk)]
		h.N = n + 1
		t.Hops = append(t.Hops, h)
	}
	return t
}

// picture is a page with plain areas and one that no compressor makes smaller,
// about 560 kB.
func picture(seed uint64) ([]byte, error) {
	random := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, 1280, 800))
	for y := range 800 {
		for x := range 1280 {
			p := img.Pix[img.PixOffset(x, y):][:4:4]
			p[0], p[1], p[2], p[3] = 0xF3, 0xF5, byte(0xF6-y/100), 0xFF
			if x < 480 && y >= 200 && y < 590 {
				v := random.Uint32()
				p[0], p[1], p[2] = byte(v), byte(v>>8), byte(v>>16)
			}
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("drawing a picture: %w", err)
	}
	return buf.Bytes(), nil
}
