package verify

import (
	"testing"
	"time"
)

func TestVouches(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	good := listedKey{id: "k", use: "bundle", algorithm: "ecdsa-p256-sha256", status: "active", notBefore: at.Add(-day)}
	for name, tt := range map[string]struct {
		change func(*listedKey)
		ok     bool
	}{
		"active":                         {func(*listedKey) {}, true},
		"made at the first moment":       {func(k *listedKey) { k.notBefore = at }, true},
		"not valid yet":                  {func(k *listedKey) { k.notBefore = at.Add(1) }, false},
		"key of another use":             {func(k *listedKey) { k.use = "pdf" }, false},
		"another algorithm":              {func(k *listedKey) { k.algorithm = "ed25519" }, false},
		"another key":                    {func(k *listedKey) { k.id = "l" }, false},
		"retired later":                  {func(k *listedKey) { k.status, k.retiredAt = "retired", at.Add(day) }, true},
		"retired and compromised":        {func(k *listedKey) { k.status, k.retiredAt, k.compromisedAt = "retired", at.Add(day), at.Add(-day) }, false},
		"retired before":                 {func(k *listedKey) { k.status, k.retiredAt = "retired", at.Add(-1) }, false},
		"retired without a time":         {func(k *listedKey) { k.status = "retired" }, false},
		"compromised later":              {func(k *listedKey) { k.status, k.compromisedAt = "compromised", at.Add(1) }, true},
		"compromised at that moment":     {func(k *listedKey) { k.status, k.compromisedAt = "compromised", at }, false},
		"compromised without a time":     {func(k *listedKey) { k.status = "compromised" }, false},
		"active, yet compromised":        {func(k *listedKey) { k.compromisedAt = at.Add(day) }, false},
		"a status that is not known yet": {func(k *listedKey) { k.status = "suspended" }, false},
	} {
		k := good
		tt.change(&k)
		l := &keyList{keys: []listedKey{k}}
		if err := l.vouches("k", at); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseFingerprint(t *testing.T) {
	t.Parallel()
	const want = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	for _, s := range []string{
		want, "  " + want + "\n", "SHA256:" + want, "sha256 0011 2233 4455 6677 8899 AABB CCDD EEFF 0011 2233 4455 6677 8899 AABB CCDD EEFF",
		"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff",
	} {
		if got, err := ParseFingerprint(s); err != nil || got != want {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"", want[1:], want + "0", "g" + want[1:]} {
		if _, err := ParseFingerprint(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
