// Package verify draws the page on which anybody checks a packet in the browser,
// and the file that does the same without a server.
package verify
