package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/views/components"
	"github.com/proofwalk/proofwalk/views/layout"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// fileWords say what the files of a packet are; a folder's files are counted.
var fileWords = map[string]string{
	"packet.pdf": "The report", "packet.json": "The same, for machines", "VERIFY.md": "How to check it, offline",
	"SHA256SUMS": "Digests, for sha256sum", "SHA256SUMS.sig": "Their signature, for openssl", "statement.sigstore.json": "Signed statement about all other files",
	"audit/entries.jsonl": "Audit entries of the integration", "audit/proofs.json": "Proofs that they are in the log", "audit/checkpoint": "Signed head of the log",
	"validation/keys.json": "Public keys, signed by the root", "validation/root.pub.pem": "Public key of the root", "validation/bundle.pub.pem": "Public key of the statement",
	"validation/checkpoint.pub.pem": "Public key of the checkpoint", "validation/pdf.crt.pem": "Certificate of the PDF's signature", "validation/pdf.tsr": "Time stamp of the PDF",
}

// folderWords say what a number of files in a folder is.
func folderWords(folder string, n int) string {
	switch folder {
	case "transcripts/":
		return components.Plural(n, "redacted capture", "redacted captures")
	case "screenshots/":
		return components.Plural(n, "picture, masked", "pictures, masked")
	case "audit/":
		return "Entries, proofs, checkpoint"
	case "validation/":
		return "Keys and certificates"
	}
	return components.Plural(n, "file", "files")
}

// fileGroups lists the files with those of a folder as one line.
func fileGroups(parts []app.PacketPart) []view.FileModel {
	var out []view.FileModel
	for at := 0; at < len(parts); {
		folder, _, inFolder := strings.Cut(parts[at].Name, "/")
		if !inFolder {
			p := parts[at]
			out = append(out, view.FileModel{Name: p.Name, What: fileWords[p.Name], Size: sizeWords(p.Bytes), SHA256: p.SHA256})
			at++
			continue
		}
		n, size := 0, int64(0)
		for ; at < len(parts) && strings.HasPrefix(parts[at].Name, folder+"/"); at++ {
			n, size = n+1, size+parts[at].Bytes
		}
		out = append(out, view.FileModel{Name: folder + "/", What: folderWords(folder+"/", n), Size: sizeWords(size), Digests: n})
	}
	return out
}

// everyFile lists each file by itself, with its SHA-256 in full.
func everyFile(parts []app.PacketPart, says *packet.Content) []view.FileModel {
	titles := map[string]string{}
	if says != nil {
		for _, t := range says.Transcripts {
			titles[t.File] = "Transcript: " + packet.ScenarioTitle(t.Scenario)
		}
		for _, s := range says.Screenshots {
			titles[s.File] = s.Title
		}
	}
	out := make([]view.FileModel, len(parts))
	for i, p := range parts {
		what := fileWords[p.Name]
		if what == "" {
			what = titles[p.Name]
		}
		out[i] = view.FileModel{Name: p.Name, What: what, Size: sizeWords(p.Bytes), SHA256: p.SHA256, Whole: true}
	}
	return out
}

// addPacket adds to the error page of a packet that is damaged what its reader can
// do, and the way to its page.
func addPacket(c echo.Context, m *layout.ErrorModel) {
	to := components.ButtonModel{Label: "Open the packet's page", Kind: components.ButtonPrimary}
	integration, err := uuid.Parse(c.Param("integration"))
	packet, missing := uuid.Parse(c.Param("packet"))
	switch {
	case c.Param("digest") != "":
		to.Href = pathAddress(url.PathEscape(c.Param("digest")))
	case err == nil && missing == nil:
		to.Href = pathPacket(integration, packet)
	default:
		return
	}
	m.Do += ownCopy + "the packet's page."
	m.Actions = slices.Insert(m.Actions, 0, to)
}

// templJoin draws a component with words around it.
func templJoin(before string, c templ.Component, after string) templ.Component {
	return templ.Join(components.Text(before), c, components.Text(after))
}
