package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

type verifyCommand struct {
	Packet      string `arg:"" help:"The packet, a zip file, or a proof about the audit log, a JSON file."`
	Fingerprint string `placeholder:"SHA256" help:"Fingerprint of the root that you believe, from the server's page /keys or a person you know."`
	Keys        string `placeholder:"keys.json" help:"A list of keys that you got by another way than the packet; with a fingerprint it has to be that root's."`
	Pin         bool   `help:"Remember the root for this user; later calls need neither flag."`
	JSON        bool   `name:"json" help:"Answer as JSON."`
}

// Help shows examples.
func (verifyCommand) Help() string {
	return `Without a root to believe, every check runs and the verdict is INTACT, SIGNER UNKNOWN. The network is never used.
Examples:
  proofwalk verify --fingerprint abfa88fd... packet-r3.1.zip
  proofwalk verify --keys keys.json --pin packet-r3.1.zip
  proofwalk verify --fingerprint abfa88fd... --keys keys.json packet-r3.1.zip
  proofwalk verify packet-r3.2.zip`
}

// Run verifies a packet.
func (c *verifyCommand) Run(s *streams) error {
	trust, err := c.trust()
	if err != nil {
		return err
	}
	packet, err := readLimited(c.Packet, verify.MaxBytes)
	if err != nil {
		return inputError(c.Packet, err)
	}
	if verify.IsProof(packet) {
		result := verify.VerifyProof(packet, trust)
		return c.answer(s, result, result.ExitCode(), result.Root)
	}
	if why := verify.WhyNoPacket(packet); why != "" {
		return fmt.Errorf("%s: this is not a packet: %s", shown(c.Packet), why)
	}
	result := verify.Verify(packet, trust)
	return c.answer(s, result, result.ExitCode(), result.Root)
}

// answer writes a result and remembers the root where that is asked for.
func (c *verifyCommand) answer(s *streams, result interface{ Write(io.Writer) error }, code int, root string) error {
	var err error
	if c.JSON {
		err = writeJSON(s.out, result)
	} else {
		err = result.Write(s.out)
	}
	if err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	if code != 0 {
		return answerNo{}
	}
	if c.Pin {
		return pin(root, s)
	}
	return nil
}

// trust is whom the caller believes: what the flags say, else the pinned root.
func (c *verifyCommand) trust() (verify.Trust, error) {
	var t verify.Trust
	if c.Pin && c.Fingerprint == "" && c.Keys == "" {
		return t, errors.New("verify: --pin needs --fingerprint or --keys, from which the root is taken")
	}
	if c.Fingerprint == "" && c.Keys == "" {
		return pinned()
	}
	var err error
	if c.Fingerprint != "" {
		if t.Fingerprint, err = verify.ParseFingerprint(c.Fingerprint); err != nil {
			return t, fmt.Errorf("verify: --fingerprint: %w, as the server's page /keys shows them", err)
		}
	}
	if c.Keys != "" {
		if t.Keys, err = readLimited(c.Keys, verify.MaxJSON); err != nil {
			return t, inputError(c.Keys, err)
		}
		if why := verify.WhyNoKeys(t.Keys); why != "" {
			return t, fmt.Errorf("%s: this is not a keys.json: %s", shown(c.Keys), why)
		}
	}
	return t, nil
}

// pinFile is where the root that this user believes is remembered.
func pinFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("finding the folder for settings: %w", err)
	}
	return filepath.Join(dir, "proofwalk", "root"), nil
}

// pinned believes the remembered root; nobody when there is none.
func pinned() (verify.Trust, error) {
	name, err := pinFile()
	if err != nil {
		return verify.Trust{}, nil // a user without a home has pinned nothing
	}
	b, err := readLimited(name, 1<<10)
	if errors.Is(err, os.ErrNotExist) {
		return verify.Trust{}, nil
	}
	if err != nil {
		return verify.Trust{}, inputError(name, err)
	}
	fingerprint, err := verify.ParseFingerprint(string(b))
	if err != nil {
		return verify.Trust{}, inputError(name, err)
	}
	return verify.Trust{Fingerprint: fingerprint, Remembered: name}, nil
}

// pin remembers a root.
func pin(fingerprint string, s *streams) error {
	name, err := pinFile()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return inputError(name, err)
	}
	f, err := createOut(name)
	if err != nil {
		return inputError(name, err)
	}
	defer f.discard()
	if _, err := fmt.Fprintln(f, fingerprint); err != nil {
		return inputError(name, err)
	}
	if err := f.commit(); err != nil {
		return inputError(name, err)
	}
	_, err = fmt.Fprintln(s.messages, "This root is now believed without a flag:", name)
	return err
}
