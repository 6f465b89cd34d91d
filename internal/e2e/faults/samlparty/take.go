package samlparty

import (
	"compress/flate"
	"crypto/rand"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/crewjam/saml"
)

// maxMessage bounds a Response that is taken from an address.
const maxMessage = 1 << 20

// errDenied says that the provider answered without success.
var errDenied = errors.New("the provider answered without success")

// take is the assertion consumer service.
func (p *Party) take(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Redirect(w, r, ProblemPath, http.StatusSeeOther)
		return
	}
	key, request := p.requestOf(r)
	text, err := p.check(r, request)
	switch {
	case errors.Is(err, errDenied):
		p.refused(w, r, text)
		return
	case err != nil:
		http.Redirect(w, r, ProblemPath, http.StatusSeeOther)
		return
	}
	p.mu.Lock()
	if !p.commits(TakesAgain) {
		delete(p.asked, key)
	}
	next := p.returns[r.Form.Get("RelayState")]
	p.mu.Unlock()
	p.open(w)
	switch {
	case p.commits(PageAtService):
		show(w, http.StatusOK, landingPage, nil)
	case p.commits(PlainLanding):
		http.Redirect(w, r, "http://"+r.Host+LandingPath, http.StatusSeeOther)
	case p.commits(OpenRelayState) && r.Form.Get("RelayState") != "":
		http.Redirect(w, r, r.Form.Get("RelayState"), http.StatusSeeOther)
	case !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//"):
		http.Redirect(w, r, LandingPath, http.StatusSeeOther)
	default:
		http.Redirect(w, r, next, http.StatusSeeOther)
	}
}

// check says whether the Response signs the user in; of a refusal it gives the
// provider's text. Without TakesAll, the library decides.
func (p *Party) check(r *http.Request, request asked) (string, error) {
	message, err := decode(r)
	if err != nil {
		return "", err
	}
	var response saml.Response
	if err := xml.Unmarshal(message, &response); err != nil {
		return "", fmt.Errorf("reading the Response: %w", err)
	}
	text := ""
	if response.Status.StatusMessage != nil {
		text = response.Status.StatusMessage.Value
	}
	if p.commits(TakesAll) {
		if response.Status.StatusCode.Value != saml.StatusSuccess {
			return text, errDenied
		}
		return text, nil
	}
	if request.id == "" && !p.commits(TakesUnasked) {
		return text, errors.New("this browser has asked for nothing")
	}
	if request.relay != r.PostForm.Get("RelayState") {
		return text, errors.New("the RelayState is another")
	}
	_, err = p.core.ParseResponse(r, []string{request.id})
	var invalid *saml.InvalidResponseError
	var status saml.ErrBadStatus
	if errors.As(err, &invalid) && errors.As(invalid.PrivateErr, &status) {
		return text, errDenied
	}
	return text, err
}

// decode gives the XML of a Response that is posted or, deflated, in the address.
func decode(r *http.Request) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(r.Form.Get("SAMLResponse"))
	if err != nil || r.Method == http.MethodPost {
		return raw, err
	}
	inflate := flate.NewReader(strings.NewReader(string(raw)))
	return io.ReadAll(io.LimitReader(inflate, maxMessage))
}

// refused answers a Response without success.
func (p *Party) refused(w http.ResponseWriter, r *http.Request, text string) {
	switch {
	case p.commits(BreaksOnRefusal):
		show(w, http.StatusInternalServerError, problemPage, nil)
	case p.commits(RawRefusal):
		show(w, http.StatusOK, rawPage, text)
	case p.commits(AsksAgain):
		http.Redirect(w, r, SignInPath, http.StatusSeeOther)
	case p.commits(OpensAnyway):
		p.open(w)
		http.Redirect(w, r, LandingPath, http.StatusSeeOther)
	default:
		http.Redirect(w, r, DeniedPath, http.StatusSeeOther)
	}
}

// setRequest ties the browser to its request. The answer is posted from another
// site, so only a cookie with SameSite=None comes along.
func (p *Party) setRequest(w http.ResponseWriter, key string) {
	site := http.SameSiteNoneMode
	switch {
	case p.commits(LaxRequest):
		site = http.SameSiteLaxMode
	case p.commits(BareRequest):
		site = 0
	}
	http.SetCookie(w, &http.Cookie{Name: requestCookie, Value: key, Path: "/", Secure: true, HttpOnly: true, SameSite: site, MaxAge: 600})
}

// requestOf gives the request that the browser is tied to, zero when there is none.
func (p *Party) requestOf(r *http.Request) (string, asked) {
	cookie, err := r.Cookie(requestCookie)
	if err != nil {
		return "", asked{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return cookie.Value, p.asked[cookie.Value]
}

// open begins a session.
func (p *Party) open(w http.ResponseWriter) {
	id := rand.Text()
	p.mu.Lock()
	p.sessions[id] = true
	p.mu.Unlock()
	cookie := &http.Cookie{Name: sessionCookie, Value: id, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if p.commits(BareSession) || p.plain() {
		cookie.Name, cookie.Secure, cookie.HttpOnly = plainCookie, false, !p.commits(BareSession)
	}
	http.SetCookie(w, cookie)
}

func (p *Party) signedIn(r *http.Request) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range []string{sessionCookie, plainCookie} {
		if cookie, err := r.Cookie(name); err == nil && p.sessions[cookie.Value] {
			return true
		}
	}
	return false
}
