package samlparty

import (
	"bytes"
	"html/template"
	"net/http"
)

const (
	tryAgain = `<p><a href="` + SignInPath + `">Try again</a> or <a href="/help">read the help page</a>.</p>`
	trace    = `panic: runtime error: invalid memory address or nil pointer dereference

goroutine 41 [running]:
main.(*server).acs(0xc0001b2000, {0x9d3f40, 0xc0002c4000})
	/srv/benefits/acs.go:88 +0x1f4
net/http.HandlerFunc.ServeHTTP(0x0?, {0x9d3f40?, 0xc0002c4000?}, 0x0?)
	/usr/local/go/src/net/http/server.go:2322 +0x29`
)

var (
	startPage = page(`<h1>Benefits</h1><p>Apply for your benefits online.</p><p><a href="` + SignInPath + `">` + SignInLink + `</a></p>`)

	landingPage = page(`<h1>` + LandingHeading + `</h1><p>You can now apply for your benefits. What you enter here is kept until you send it.</p>`)
	deniedPage  = page(`<h1>` + DeniedHeading + `</h1><p>The sign-in was not completed, and nothing was changed.</p>` + tryAgain)
	problemPage = page(`<h1>` + ProblemHeading + `</h1><p>The answer of the provider could not be used, and nothing was changed.</p>` + tryAgain)

	rawPage     = page(`<h1>` + DeniedHeading + `</h1><p>{{.}}</p>` + tryAgain)
	tracePage   = page(`<h1>` + DeniedHeading + `</h1><pre>` + template.HTMLEscapeString(trace) + `</pre>` + tryAgain)
	deadEndPage = page(`<h1>` + DeniedHeading + `</h1><p>The sign-in was not completed, and nothing was changed.</p>`)
	blankPage   = page(``)
)

func page(body string) *template.Template {
	return template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Benefits</title><link rel="icon" href="data:,"></head>
<body>` + body + `</body></html>
`))
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
