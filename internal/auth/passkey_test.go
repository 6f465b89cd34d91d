package auth_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
)

func TestPasskeyOptionsByRole(t *testing.T) {
	t.Parallel()
	keys, err := auth.NewPasskeys("http://localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	for provider, want := range map[bool]string{true: "required", false: "preferred"} {
		owner := auth.PasskeyOwner{ID: uuid.New(), Name: "Sam", Email: "sam@people.example", Provider: provider}
		options, ceremony, err := keys.BeginRegistration(owner)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			PublicKey struct {
				RP                     struct{ ID string }
				AuthenticatorSelection struct{ UserVerification, ResidentKey string }
			}
		}
		if err := json.Unmarshal(options, &got); err != nil {
			t.Fatal(err)
		}
		if s := got.PublicKey; s.RP.ID != "localhost" || s.AuthenticatorSelection.UserVerification != want || s.AuthenticatorSelection.ResidentKey != "required" {
			t.Errorf("provider %t: the options are %+v, want verification %s", provider, s, want)
		}
		if _, err := keys.FinishRegistration(owner, ceremony, []byte(`{}`)); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("an empty answer gives %v", err)
		}
	}
}

func TestPasskeyCeremonyCountsOnce(t *testing.T) {
	t.Parallel()
	keys, err := auth.NewPasskeys("https://proofwalk.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := keys.FinishSignIn(nil, []byte(`{}`), nil); !apperr.Is(err, apperr.Invalid) {
		t.Errorf("an answer without a ceremony gives %v", err)
	}
}

func TestPasskeysNeedAName(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"http://127.0.0.1:8080", "http://[::1]:8080"} {
		keys, err := auth.NewPasskeys(origin)
		if err != nil {
			t.Fatal(err)
		}
		if keys.Usable() {
			t.Errorf("passkeys are offered at %s", origin)
		}
		if _, _, err := keys.BeginSignIn(); !apperr.Is(err, apperr.Unsupported) {
			t.Errorf("a sign-in at %s gives %v", origin, err)
		}
	}
}
