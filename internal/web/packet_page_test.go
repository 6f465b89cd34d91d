package web_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// The page of a packet says whether the stored archive holds, with what each check
// was made and when, what it does not prove and what is in it.
func TestPageOfAPacket(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	path := j.reviewed.path + "/packets/" + j.ids["packet"]
	vera := j.as(t, j.viewer)
	for _, p := range []*page{vera.get(path), vera.get(j.reviewed.path + "/packets")} {
		if p.Status != http.StatusOK || p.text("h1") != "Packet r1.1" || p.text(".banner-title") != "Genuine and unchanged" {
			t.Fatalf("status %d: %s", p.Status, p.text("main"))
		}
		if rows := p.all(".packet-checks tbody tr"); len(rows) != 8 {
			t.Errorf("%d lines of checks", len(rows))
		}
		checks := p.text(".packet-checks")
		for _, want := range []string{"files have the digests of the statement", "vouched for by the published keys.json", "PAdES B-B", "Not seen Time stamp", "Not seen Witness over the audit log none set up", "seals this packet.json"} {
			if !strings.Contains(checks, want) {
				t.Errorf("the checks do not say %q: %s", want, checks)
			}
		}
		if got := p.text(".banner"); !strings.Contains(got, "6 of 6 checks hold, 2 could not be made. Checked on Mon 2 Mar 2026") || !strings.Contains(got, "Check again") {
			t.Errorf("the verdict says %q", got)
		}
		if p.attr(".banner time", "datetime") == "" || len(p.all(".banner [data-focus]")) != 0 {
			t.Error("the time of the check is no time, or it takes the focus unasked")
		}
		if got := p.text("aside"); !strings.Contains(got, "Ready for the walkthrough") || !strings.Contains(got, "proofwalk verify") || !strings.Contains(got, "packet-northfall-member-sign-up-r1.1.zip") {
			t.Errorf("beside it stands %q", got)
		}
		if len(p.all("#not-proven li")) == 0 {
			t.Error("it does not say what it does not prove")
		}
	}
	p := vera.get(path)
	groups := p.text("#files tbody")
	for _, want := range []string{"packet.pdf The report", "transcripts/ 1 redacted capture", "screenshots/ 1 picture, masked", "audit/", "VERIFY.md How to check it", "3 digests"} {
		if !strings.Contains(groups, want) {
			t.Errorf("the files do not say %q: %s", want, groups)
		}
	}
	every := vera.get(p.attr("#files .aside a", "href"))
	rows := every.all("#files tbody tr")
	if words := p.text("#files .aside"); words != "All "+strconv.Itoa(len(rows))+" files" || len(rows) < 16 {
		t.Errorf("%q leads to %d files", words, len(rows))
	}
	if n := len(regexp.MustCompile(`[0-9a-f]{64}`).FindAllString(every.text("#files tbody"), -1)); n != len(rows) || !strings.Contains(every.text("#files"), "Transcript: Consent denied") {
		t.Errorf("%d digests in full of %d files", n, len(rows))
	}
	for _, missing := range []string{uuid.NewString(), "x"} {
		if p := vera.get(j.reviewed.path + "/packets/" + missing); p.Status != http.StatusNotFound {
			t.Errorf("packet %s: status %d", missing, p.Status)
		}
	}
}

// storedPacket is a made packet whose file in the store the test can reach.
type storedPacket struct {
	reviewed
	made    store.Packet
	file    string
	archive []byte
}

func newStoredPacket(t *testing.T) storedPacket {
	t.Helper()
	v := storedPacket{reviewed: newReviewed(t)}
	root := t.TempDir()
	moved, err := blob.OpenDirectory(root)
	if err != nil {
		t.Fatal(err)
	}
	v.held(t)
	packets, err := store.ListPackets(t.Context(), v.Store.Reader(), auth.System().Scope(), v.id)
	if err != nil || v.BuildPacket(t.Context(), packets[0].ID) != nil {
		t.Fatalf("making the packet: %v", err)
	}
	if v.made, err = store.FindPacket(t.Context(), v.Store.Reader(), auth.System().Scope(), v.id, packets[0].ID); err != nil {
		t.Fatal(err)
	}
	if v.archive, err = v.Blobs.Read(t.Context(), *v.made.Digest); err != nil {
		t.Fatal(err)
	}
	if _, err := moved.Put(t.Context(), v.archive); err != nil {
		t.Fatal(err)
	}
	v.Blobs, v.file = moved, filepath.Join(root, (*v.made.Digest)[:2], *v.made.Digest)
	return v
}

// damage changes a byte of the stored file.
func (v storedPacket) damage(t *testing.T) {
	t.Helper()
	v.archive[strings.Index(string(v.archive), `"word":"ready"`)+9] ^= 1
	if err := os.WriteFile(v.file, v.archive, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A packet whose stored bytes are damaged is shown in red with what fails, and
// nothing that it says is shown as its result.
func TestPageOfADamagedPacket(t *testing.T) {
	t.Parallel()
	v := newStoredPacket(t)
	vera := v.as(t, v.account)
	if p := vera.get(v.path + "/packets"); p.text(".banner-title") != "Genuine and unchanged" || len(p.all("#files tbody tr")) == 0 {
		t.Fatalf("before: %s", p.text("main"))
	}
	v.damage(t)
	p := checkAgain(vera, v.path+"/packets")
	if p.Status != http.StatusOK || p.text(".banner.fail .banner-title") != "Not to be relied on" {
		t.Errorf("damaged: %d %s", p.Status, p.text(".banner"))
	}
	checks := p.text(".packet-checks")
	for _, want := range []string{"Fail The stored archive is the one that was made", "another SHA-256", "Fail Every file has the digest that was signed"} {
		if !strings.Contains(checks, want) {
			t.Errorf("the checks do not say %q: %s", want, checks)
		}
	}
	if strings.Contains(p.text("aside"), "The result it records") || len(p.all("#not-proven")) != 0 || len(p.all("#files tbody tr")) != 0 {
		t.Error("a damaged packet's words are shown")
	}
	if p := vera.get(v.path + "/packets"); p.text(".banner.fail .banner-title") == "" {
		t.Error("at the next view the damage is forgotten")
	}
	if p := vera.get(v.path + "/packets/" + v.made.ID.String() + "/download"); p.Status != http.StatusConflict {
		t.Errorf("a damaged packet is downloaded: %d", p.Status)
	}
}

// A large archive is not read for whoever looks at its page: damaged or not, the
// page says that it is not checked, and what is wrong once somebody asks.
func TestPageOfALargePacket(t *testing.T) {
	t.Parallel()
	v := newStoredPacket(t)
	if _, err := v.Store.Pool().Exec(t.Context(), `UPDATE packets SET bytes = 40000000`); err != nil {
		t.Fatal(err)
	}
	v.damage(t)
	vera := v.as(t, v.account)
	if p := vera.get(v.path + "/packets"); p.Status != http.StatusOK || p.text(".banner-title") != "Not checked yet" {
		t.Errorf("not asked for: %d %s", p.Status, p.text("main"))
	}
	if p := checkAgain(vera, v.path+"/packets"); p.Status != http.StatusOK || p.text(".banner.fail .banner-title") != "Not to be relied on" {
		t.Errorf("asked for: %d %s", p.Status, p.text("main"))
	}
}

// Bytes that the disk lost without a word after a check are found when the page
// reads them, and shown as what they are.
func TestPageOfASilentlyDamagedPacket(t *testing.T) {
	t.Parallel()
	v := newStoredPacket(t)
	if _, err := v.CheckPacket(t.Context(), v.made, false); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(v.file)
	if err != nil {
		t.Fatal(err)
	}
	v.damage(t)
	if err := os.Chtimes(v.file, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if p := v.as(t, v.account).get(v.path + "/packets"); p.Status != http.StatusOK || p.text(".banner.fail .banner-title") != "Not to be relied on" {
		t.Errorf("%d %s", p.Status, p.text("main"))
	}
}

// Who opened a packet is counted, and named where the history is read.
func TestOpenedByOfAPacket(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	path := j.reviewed.path + "/packets/" + j.ids["packet"]
	vera, marcus := j.as(t, j.viewer), j.as(t, j.account)
	if got := vera.get(path).text("#opened"); !strings.Contains(got, "Nobody so far.") {
		t.Errorf("before: %q", got)
	}
	vera.get(path + "/download")
	marcus.get(path + "/download")
	marcus.get(path + "/download")
	if got := vera.get(path).text("#opened"); !strings.Contains(got, "3 downloads, 2 people.") {
		t.Errorf("downloads alone: %q", got)
	}
	marcus.get(path + "/summary.pdf")
	read := marcus.get(path + "/read")
	before := j.writes(t)
	for range 2 {
		if picture := marcus.get(read.attr("#s-001 img", "src")); !strings.HasPrefix(picture.Body, "\x89PNG") {
			t.Fatalf("a picture of the reading page: status %d", picture.Status)
		}
	}
	if j.writes(t) != before {
		t.Errorf("%d audit entries for pictures of a page that was noted", j.writes(t)-before)
	}
	for what, src := range map[string]string{"by itself": path + "/pictures/s-001.png", "with another's view": read.attr("#s-001 img", "src")} {
		before := j.writes(t)
		if picture := vera.get(src); picture.Status != http.StatusOK || j.writes(t) != before+1 {
			t.Errorf("a picture %s: status %d, %d audit entries", what, picture.Status, j.writes(t)-before)
		}
	}
	p := vera.get(path)
	if got := p.text("#opened"); !strings.Contains(got, "3 downloads, 3 readings, 1 summary, 2 people.") {
		t.Errorf("after: %q", got)
	}
	who := vera.get(p.attr("#opened a", "href"))
	names := who.text("tbody")
	if who.text("h1") != "History of packet r1.1" || strings.Count(names, "Packet downloaded") != 3 || !strings.Contains(names, "Marcus") || strings.Contains(names, "Claimed") {
		t.Errorf("who and when: %s", names)
	}
	if lee := j.as(t, j.foreign); lee.get(p.attr("#opened a", "href")).Status != http.StatusNotFound || lee.get(path).Status != http.StatusNotFound {
		t.Error("a foreign partner learns who opened it")
	}
	if got := vera.get(j.reviewed.path + "/history?packet=r1.1%27").text("h1"); got != "History" {
		t.Errorf("a name that is none: %q", got)
	}
}

// A packet that nobody tries any more has a button for those who may ask for packets.
func TestTryAPacketAgain(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.held(t)
	packets, err := store.ListPackets(t.Context(), v.Store.Reader(), auth.System().Scope(), v.id)
	if err != nil {
		t.Fatal(err)
	}
	dana, sam := v.as(t, v.consultant), v.as(t, v.member)
	list, again := v.path+"/packets", v.path+"/packets/"+packets[0].ID.String()+"/again"
	if p := dana.get(list); !strings.Contains(p.text(".packet-waiting"), "is being made") || len(p.all("form[action$='/again']")) != 0 {
		t.Errorf("while it is made: %s", p.text("main"))
	}
	if err := v.GiveUpPacket(t.Context(), packets[0].ID); err != nil {
		t.Fatal(err)
	}
	if p := dana.get(list); len(p.all("form[action$='/again']")) != 0 {
		t.Error("the button is there while a job is still to come")
	}
	if _, err := v.Store.Pool().Exec(t.Context(), `UPDATE river_job SET state = 'discarded', finalized_at = now()`); err != nil {
		t.Fatal(err)
	}
	if p := sam.get(list); !strings.Contains(p.text(".packet-waiting"), "not tried again") || len(p.all("form[action$='/again']")) != 0 {
		t.Errorf("a member sees %s", p.text("main"))
	}
	if p := sam.post(again, url.Values{}); p.Status != http.StatusForbidden {
		t.Errorf("a member asks for it: %d", p.Status)
	}
	p := dana.get(list)
	p = dana.post(p.attr("form[action$='/again']", "action"), p.form("form[action$='/again']"))
	if p.Status != http.StatusOK || !strings.Contains(p.text(".confirmation"), "tried again") || !strings.Contains(p.text(".packet-waiting"), "is being made") {
		t.Errorf("asked for again: %d %s", p.Status, p.text("main"))
	}
	if p := dana.post(again, url.Values{}); p.Status != http.StatusConflict || len(p.all(".error-summary")) != 1 {
		t.Errorf("asked for twice: %d %s", p.Status, p.text("main"))
	}
	if err := v.BuildPacket(t.Context(), packets[0].ID); err != nil {
		t.Fatal(err)
	}
	if p := dana.post(again, url.Values{}); p.Status != http.StatusConflict || len(p.all("aside form[action$='/withdraw']")) != 1 || len(p.all("aside details[open]")) != 0 {
		t.Errorf("asked for once it is made, the form that withdraws it opens: %d %s", p.Status, p.text("aside"))
	}
}

// An error page has the bar of whoever is signed in.
func TestErrorPagesKnowWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	stranger, vera := j.visitor(t), j.as(t, testkit.Member(t, j.App, uuid.MustParse(j.ids["partner"]), "Nora", auth.PartnerViewer))
	for _, path := range []string{"/nothing", "/integrations/" + uuid.NewString(), "/log", "/assets/none.css"} {
		p := vera.get(path)
		if path == "/log" && (strings.Contains(p.text("main"), "send it again") || !strings.Contains(p.text("main"), "whose role allows it")) {
			t.Errorf("the advice of a 403: %s", p.text("main"))
		}
		if p.Status < 400 || len(p.all(".person-menu")) != 1 && path != "/assets/none.css" || path == "/log" && p.text("h1") != "Your role does not allow this" {
			t.Errorf("%s, signed in: %d, %s", path, p.Status, p.text("header"))
		}
	}
	if p := stranger.get("/nothing"); p.Status != http.StatusNotFound || len(p.all(".person-menu")) != 0 || !strings.Contains(p.text("header"), "Sign in") {
		t.Errorf("a stranger: %d, %s", p.Status, p.text("header"))
	}
}
