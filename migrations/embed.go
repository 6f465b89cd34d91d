// Package migrations embeds the numbered schema changes, applied in order by
// golang-migrate under the owner role.
package migrations

import "embed"

// FS holds NNNNNN_verb_object.{up,down}.sql.
//
//go:embed *.sql
var FS embed.FS
