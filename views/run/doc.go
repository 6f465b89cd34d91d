// Package run draws test runs, the upload of captures and the transcript.
package run
