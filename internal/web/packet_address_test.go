package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/keys"
)

// Whoever has a packet's digest learns its state there and nothing else;
// readers of the integration see the packet, everybody else no such page.
func TestAddressOfAPacket(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	digest := j.ids["digest"]
	address := "/packets/" + digest
	stranger, lee, vera := j.visitor(t), j.as(t, j.foreign), j.as(t, j.viewer)
	for name, v := range map[string]*visitor{"a stranger": stranger, "a foreign partner": lee} {
		p := v.get(address)
		if p.Status != http.StatusOK || p.text(".banner-title") != "Current" || !strings.Contains(p.text("dd"), digest) {
			t.Errorf("%s gets %d: %s", name, p.Status, p.text("main"))
		}
		for _, secret := range []string{"Northfall", "r1.1", "Member", "/integrations/", "/download"} {
			if strings.Contains(p.text("main"), secret) || len(p.all(`main a[href*="`+secret+`"]`)) > 0 {
				t.Errorf("%s reads %q", name, secret)
			}
		}
		if got := v.get(address + "/status.json"); got.Status != http.StatusOK ||
			strings.TrimSpace(got.Body) != `{"digest":"`+digest+`","state":"current","superseded_by":null,"withdrawn_at":null,"reason":null}` {
			t.Errorf("%s gets the status %d %s", name, got.Status, got.Body)
		}
		const no = "The address has no SHA-256 in it: that has 64 hex digits. Perhaps it was cut off, or one was mistyped."
		for unknown, says := range map[string][2]string{
			strings.Repeat("0", 64): {"Not known here", `{"state":"unknown"}`}, "x": {"No digest", `{"state":"unknown","problem":"` + no + `"}`},
			"%00": {"No digest", `{"state":"unknown","problem":"` + no + `"}`}, digest[1:]: {"No digest", `{"state":"unknown","problem":"` + no + `"}`},
		} {
			if p := v.get("/packets/" + unknown); p.Status != http.StatusNotFound || p.text(".banner-title") != says[0] || strings.Contains(p.text(".banner"), no) != (says[0] == "No digest") {
				t.Errorf("%s, digest %s: %d %s", name, unknown, p.Status, p.text(".banner"))
			}
			if got := v.get("/packets/" + unknown + "/status.json"); got.Status != http.StatusNotFound || strings.TrimSpace(got.Body) != says[1] {
				t.Errorf("%s, status of %s: %d %s", name, unknown, got.Status, got.Body)
			}
		}
		shouted := "/packets/" + strings.ToUpper(digest)
		if p := v.get(shouted); p.Status != http.StatusOK || p.text(".banner-title") != "Current" || !strings.Contains(p.text("dd"), digest) {
			t.Errorf("%s, in upper case: %d %s", name, p.Status, p.text("main"))
		}
		if got := v.get(shouted + "/status.json"); got.Status != http.StatusOK || !strings.HasPrefix(got.Body, `{"digest":"`+digest+`","state":"current"`) {
			t.Errorf("%s, status in upper case: %d %s", name, got.Status, got.Body)
		}
	}
	if got := lee.get(address + "/download").Status; got != http.StatusNotFound {
		t.Errorf("a foreign partner downloads it: %d", got)
	}
	if p := stranger.get(address + "/download"); p.Path != "/sign-in" {
		t.Errorf("a stranger downloads it: %d at %s", p.Status, p.Path)
	}
	p := vera.get(address)
	if p.text("h1") != "Packet r1.1" || len(p.all("[data-years] time")) == 0 || len(p.all(`main a[href="`+address+`/download"]`)) != 1 {
		t.Errorf("a reader sees %s", p.text("main"))
	}
	if p.attr(`main a[href="/verify"]`, "href") == "" {
		t.Error("the address does not lead to the verify page")
	}
	sum := sha256.Sum256([]byte(vera.get("/packets/" + strings.ToUpper(digest) + "/download").Body))
	if hex.EncodeToString(sum[:]) != digest {
		t.Error("another archive than that of the address is downloaded")
	}
}

// The consultant withdraws a packet for a reason that everybody can read.
func TestWithdrawAPacket(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	address, list := "/packets/"+j.ids["digest"], "/integrations/"+j.id.String()+"/packets"
	withdraw := list + "/" + j.ids["packet"] + "/withdraw"
	dana, vera := j.as(t, j.consultant), j.as(t, j.viewer)
	if len(vera.get(list).all(`form[action="`+withdraw+`"]`)) != 0 || len(dana.get(list).all(`form[action="`+withdraw+`"] textarea[name=reason]`)) != 1 {
		t.Error("the form is not offered to the consultant alone")
	}
	before := j.writes(t)
	for _, bad := range []string{"", " ", "no", "The key is AKIAIOSFODNN7EXAMPLE."} {
		p := dana.post(withdraw, url.Values{"reason": {bad}, "sure": {"true"}})
		if p.Status != http.StatusUnprocessableEntity || len(p.all(".error-summary")) != 1 || len(p.all("details[open] textarea[name=reason]")) != 1 {
			t.Errorf("reason %q: %d %s", bad, p.Status, p.text(".error-summary"))
		}
	}
	const reason = "The wrong run was recorded."
	unsure := dana.post(withdraw, url.Values{"reason": {reason}})
	if unsure.Status != http.StatusUnprocessableEntity || len(unsure.all("details[open] .wrong input[name=sure]")) != 1 || unsure.text("textarea[name=reason]") != reason {
		t.Errorf("without the box: %d %s", unsure.Status, unsure.text(".error-summary"))
	}
	if j.writes(t) != before {
		t.Error("a refused withdrawal left an audit entry")
	}
	if p := dana.post(withdraw, url.Values{"reason": {reason}, "sure": {"true"}}); p.Status != http.StatusOK || !strings.Contains(p.text(".confirmation"), "withdrawn") {
		t.Errorf("withdrawing: %d %s", p.Status, p.text("main"))
	}
	if j.writes(t) != before+1 {
		t.Errorf("%d audit entries for one withdrawal", j.writes(t)-before)
	}
	if p := vera.get(list); !strings.Contains(p.text(".notice"), "Withdrawn by Dana") || !strings.Contains(p.text(".notice"), reason) {
		t.Errorf("the list says %s", p.text(".notice"))
	}
	for _, page := range []string{"/read", "/questions"} {
		if p := vera.get(list + "/" + j.ids["packet"] + page); p.Status != http.StatusOK || !strings.Contains(p.text(".notice-fail"), "Withdrawn") || !strings.Contains(p.text(".notice-fail"), reason) {
			t.Errorf("%s of a withdrawn packet: %d, %q", page, p.Status, p.text(".notice"))
		}
	}
	if p := j.visitor(t).get(address); p.text(".banner-title") != "Withdrawn" || !strings.Contains(p.text("main"), reason) || strings.Contains(p.text("main"), "Dana") {
		t.Errorf("the address says %s", p.text("main"))
	}
	if got := j.visitor(t).get(address + "/status.json"); strings.TrimSpace(got.Body) !=
		`{"digest":"`+j.ids["digest"]+`","state":"withdrawn","superseded_by":null,"withdrawn_at":"2026-03-02T09:00:00.000000Z","reason":"`+reason+`"}` {
		t.Errorf("status %s", got.Body)
	}
	if p := dana.post(withdraw, url.Values{"reason": {"The same reason, once again."}, "sure": {"true"}}); p.Status != http.StatusConflict {
		t.Errorf("withdrawn a second time: %d", p.Status)
	}
}

// compromise marks the key of packets as compromised since before the packet was made.
func (j *journey) compromise(t *testing.T) {
	t.Helper()
	now := j.Now().Add(-time.Hour)
	j.Keys = keys.NewDirectory(t.TempDir(), "", func() time.Time { return now })
	if err := j.Keys.Make(); err != nil {
		t.Fatal(err)
	}
	ring, err := j.SigningKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, key := ring.Bundle()
	since := now.Add(time.Minute)
	now = j.Now().Add(time.Hour)
	if _, _, err := j.Keys.Compromise(key, since); err != nil {
		t.Fatal(err)
	}
}

// Whoever is led to a later edition is told when a compromised key sealed that, and
// the list of all says it of each.
func TestSupersededByAPacketOfACompromisedKey(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	later := j.supersede(t, "")
	if _, err := j.Store.Pool().Exec(t.Context(), `UPDATE packets SET made_at = made_at - interval '2 hours' WHERE id = $1`, j.ids["packet"]); err != nil {
		t.Fatal(err)
	}
	j.compromise(t)
	address, packets := "/packets/"+j.ids["digest"], "/integrations/"+j.id.String()+"/packets"
	vera := j.as(t, j.viewer)
	first := vera.get(packets + "/" + j.ids["packet"])
	for what, got := range map[string]string{"its page": first.text("main"), "the reading page": vera.get(packets + "/" + j.ids["packet"] + "/read").text("main"),
		"the address": vera.get(address).text("main")} {
		if !strings.Contains(got, "r1.2, which was sealed with a compromised key: do not rely on that one") {
			t.Errorf("%s says %s", what, got)
		}
	}
	if got := first.text("#all-packets tbody"); strings.Count(got, "key compromised") != 1 || strings.Contains(got, "current") {
		t.Errorf("the list of all says %s", got)
	}
	if got := j.visitor(t).get(address + "/status.json").Body; !strings.Contains(got, `"superseded_by":"`+later+`"`) || !strings.Contains(got, `"superseder_compromised":true`) {
		t.Errorf("status %s", got)
	}
}

// A packet that a compromised key sealed is called so wherever its state is told.
func TestPacketOfACompromisedKey(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	address, list := "/packets/"+j.ids["digest"], "/integrations/"+j.id.String()+"/packets"
	if p := j.as(t, j.viewer).get(list); len(p.all(".notice-fail")) != 0 {
		t.Error("a sound packet is called compromised")
	}
	j.compromise(t)
	vera := j.as(t, j.viewer)
	p := vera.get(list)
	if !strings.Contains(p.text(".notice-fail"), "marked as compromised since") || strings.Contains(p.text("main"), "still verifies") {
		t.Errorf("the list says %s", p.text("main"))
	}
	if command := p.text("aside .command"); !strings.Contains(command, "--keys keys.json") || p.attr("aside a[href='/keys.json']", "href") == "" {
		t.Errorf("beside it stands the command %q", command)
	}
	if len(p.all("#files tbody tr")) == 0 {
		t.Error("its files are hidden, although they are those that were sealed")
	}
	for _, page := range []string{"/read", "/questions"} {
		if p := vera.get(list + "/" + j.ids["packet"] + page); !strings.Contains(p.text(".notice-fail"), "marked as compromised since") {
			t.Errorf("%s says nothing of the key: %s", page, p.text("main"))
		}
	}
	if read := vera.get(list + "/" + j.ids["packet"] + "/read"); !strings.Contains(read.text("#checking .command"), "--keys keys.json") {
		t.Errorf("the reading page has the command %q", read.text("#checking .command"))
	}
	if address := j.visitor(t).get(address); !strings.Contains(address.text(".command"), "--keys keys.json") || address.attr("main a[href='/keys.json']", "href") == "" {
		t.Errorf("the address has the command %q", address.text(".command"))
	}
	if p := j.visitor(t).get(address); p.text(".banner-title") != "Sealed with a compromised key" || !strings.Contains(p.text(".notice-fail"), "newest keys.json") {
		t.Errorf("the address says %s", p.text("main"))
	}
	if got := j.visitor(t).get(address + "/status.json"); !strings.Contains(got.Body, `"state":"compromised"`) || !strings.Contains(got.Body, `"compromised_at":"2026-03-02T08:01:00.000000Z"`) {
		t.Errorf("status %s", got.Body)
	}
}

// supersede puts a second edition in the place of the first, made as it was but
// with the members that are given as SQL; it gives its digest.
func (j *journey) supersede(t *testing.T, members string) string {
	t.Helper()
	later := strings.Repeat("5", 64)
	for _, sql := range []string{
		`INSERT INTO artifacts SELECT (jsonb_populate_record(a, jsonb_build_object('digest', '` + later + `'))).* FROM artifacts a WHERE digest = '` + j.ids["digest"] + `'`,
		`INSERT INTO packets SELECT (jsonb_populate_record(k, jsonb_build_object('id', gen_random_uuid(), 'edition', 2, 'digest', '` + later + `'` + members + `))).* FROM packets k WHERE id = '` + j.ids["packet"] + `'`,
		`UPDATE packets SET state = 'superseded' WHERE id = '` + j.ids["packet"] + `'`,
	} {
		if _, err := j.Store.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return later
}

// Whoever is led to a later edition is told when that was withdrawn.
func TestSupersededByAWithdrawnPacket(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	later := j.supersede(t, `, 'state', 'withdrawn', 'withdrawn_at', k.made_at, 'withdrawn_by', '`+j.consultant.UserID.String()+`', 'withdrawn_reason', 'A wrong run.'`)
	address := "/packets/" + j.ids["digest"]
	vera := j.as(t, j.viewer)
	if got := vera.get(address).text("main"); !strings.Contains(got, "Superseded by packet r1.2, which was withdrawn: do not rely on that one") {
		t.Errorf("the address says %s", got)
	}
	if got := j.visitor(t).get(address).text("main"); !strings.Contains(got, "which was withdrawn") || strings.Contains(got, "r1.2") {
		t.Errorf("a stranger reads %s", got)
	}
	if got := j.visitor(t).get(address + "/status.json").Body; !strings.Contains(got, `"superseded_by":"`+later+`"`) || !strings.Contains(got, `"superseder_withdrawn":true`) {
		t.Errorf("status %s", got)
	}
	packets := "/integrations/" + j.id.String() + "/packets"
	if got := vera.get(packets + "/" + j.ids["packet"]).text(`#r1\.1`); !strings.Contains(got, "Superseded by r1.2, which was withdrawn") {
		t.Errorf("its page says %s", got)
	}
	// The newest is shown even where the store has lost it.
	if p := vera.get(packets); p.Status != http.StatusOK || p.text("h1") != "Packet r1.2" || !strings.Contains(p.text(".packet-checks"), "missing from the store") || p.text(".banner-title") != "Not to be relied on" {
		t.Errorf("the page of packets: %d %s", p.Status, p.text("main"))
	}
}
