package samlidp

import (
	"bytes"
	"html/template"
	"net/http"
)

const head = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Identity provider</title><link rel="icon" href="data:,"></head>
<body><main>`

var (
	loginPage = page(`<h1>Sign in</h1><p>You are the test user of this provider.</p>
<form method="post" action="` + LoginPath + `"><input type="hidden" name="key" value="{{.}}"><button>` + SignInButton + `</button></form>`)
	askPage = page(`<h1>Consent</h1><p>Do you agree that your name and address go to the service?</p>
<form method="post" action="` + consentPath + `"><input type="hidden" name="key" value="{{.}}">
<button name="answer" value="` + AllowButton + `">` + AllowButton + `</button>
<button name="answer" value="` + DenyButton + `">` + DenyButton + `</button></form>`)
	sendPage = page(`<h1>Back to the service</h1>
<form method="post" action="{{.Form.URL}}"><input type="hidden" name="SAMLResponse" value="{{.Form.SAMLResponse}}">
{{with .Form.RelayState}}<input type="hidden" name="RelayState" value="{{.}}">{{end}}<button>` + SendButton + `</button></form>
<script>document.forms[0].submit()</script>`)
	refusedPage = page(`<h1>This sign-in cannot go on</h1><p>What the service sent cannot be used.</p>`)
)

func page(body string) *template.Template {
	return template.Must(template.New("page").Parse(head + body + "</main></body></html>\n"))
}

// show answers with a page.
func show(w http.ResponseWriter, status int, page *template.Template, data any) {
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // whoever went away needs no page
}
