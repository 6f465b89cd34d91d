// Package testdata embeds those sample captures and integrations that the demo
// is made of, so that it runs from the binary alone. The test data at large is
// read from the files beside this one.
package testdata

import "embed"

// Samples holds integrations/*.yaml, the recorded captures with their pictures
// under captures/recorded, and the Okta sample under hars.
//
//go:embed integrations/*.yaml captures/recorded/*.har captures/recorded/*.png hars/piyushazanjad_okta-har-analyzer__sample.har
var Samples embed.FS
