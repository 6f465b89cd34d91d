package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/proofwalk/proofwalk/internal/packet/pades"
)

// Limits on a time-stamp authority's answer.
const (
	stampTimeout   = 10 * time.Second
	maxStampReply  = 64 << 10
	maxStampHeader = 16 << 10
)

// newStamper asks the one address for time stamps (RFC 3161, section 3.4), and
// no other: it follows no redirect and uses no proxy. What is sent is the
// SHA-256 of a signature and a random number, nothing of the packet.
func newStamper(address string) func(ctx context.Context, imprint [sha256.Size]byte) ([]byte, error) {
	client := &http.Client{
		Timeout: stampTimeout,
		Transport: &http.Transport{
			DialContext: (&net.Dialer{Timeout: stampTimeout}).DialContext, TLSHandshakeTimeout: stampTimeout, DisableKeepAlives: true,
			MaxResponseHeaderBytes: maxStampHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context, imprint [sha256.Size]byte) ([]byte, error) {
		nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
		if err != nil {
			return nil, fmt.Errorf("making a nonce: %w", err)
		}
		nonce.SetBit(nonce, 127, 1)
		request, err := pades.StampRequest(imprint, nonce)
		if err != nil {
			return nil, err
		}
		answer, err := postStamp(ctx, client, address, request)
		if err != nil {
			return nil, fmt.Errorf("asking the time-stamp authority: %w", err)
		}
		return pades.StampToken(answer, imprint, nonce)
	}
}

// postStamp sends the request and reads the answer. Its errors do not repeat
// the address, which may hold a subscriber's key.
func postStamp(ctx context.Context, client *http.Client, address string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("its address does not parse")
	}
	r.Header.Set("Content-Type", pades.RequestType)
	r.Header.Set("Accept", pades.ResponseType)
	answer, err := client.Do(r)
	if err != nil {
		var of *url.Error
		if errors.As(err, &of) {
			err = of.Err
		}
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered with status %d", answer.StatusCode)
	}
	if kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err != nil || kind != pades.ResponseType {
		return nil, errors.New("its answer is of another media type")
	}
	out, err := io.ReadAll(io.LimitReader(answer.Body, maxStampReply+1))
	if err != nil {
		return nil, errors.New("its answer ended too early")
	}
	if len(out) > maxStampReply {
		return nil, fmt.Errorf("its answer is larger than %d KiB", maxStampReply>>10)
	}
	return out, nil
}
