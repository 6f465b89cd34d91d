package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/proofwalk/proofwalk/views/assets"
)

// AloneName is the name under which the file is kept.
const AloneName = "proofwalk-verify.html"

// Alone makes the verify page as one file that works from disk: style, script and
// module stand in it, and its policy, a meta element, lets it run these by their
// digests and reach nothing. assets.HasVerifier must hold.
func Alone(version string) ([]byte, error) {
	script, module, style := assets.Standalone()
	if bytes.Contains(script, []byte("</script")) || bytes.Contains(script, []byte("<!--")) || bytes.Contains(style, []byte("</style")) {
		return nil, errors.New("drawing the verify page: its script or style would end too early")
	}
	var body bytes.Buffer
	if err := aloneBody(Model{Alone: true}, version).Render(context.Background(), &body); err != nil {
		return nil, fmt.Errorf("drawing the verify page: %w", err)
	}
	var out bytes.Buffer
	out.WriteString(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="` + alonePolicy(script, style) + `">` +
		`<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><title>Verify a packet – Proofwalk</title><style>`)
	out.Write(style)
	out.WriteString("</style></head><body>")
	out.Write(body.Bytes())
	out.WriteString(`<script type="application/octet-stream" id="module">`)
	out.WriteString(base64.StdEncoding.EncodeToString(module))
	out.WriteString("</script><script>")
	out.Write(script)
	out.WriteString("</script></body></html>\n")
	return out.Bytes(), nil
}

// alonePolicy allows this script, this style and the module, and no connection.
func alonePolicy(script, style []byte) string {
	return "default-src 'none'; script-src '" + digest(script) + "' 'wasm-unsafe-eval'; style-src '" + digest(style) + "'; base-uri 'none'; form-action 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'"
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
