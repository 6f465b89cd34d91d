// Package packet draws the packets of an integration, the page of one packet and
// the public page of keys.
package packet
