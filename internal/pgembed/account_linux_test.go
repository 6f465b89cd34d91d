package pgembed

import (
	"errors"
	"testing"
)

func TestUidWithoutANameIsRefused(t *testing.T) {
	t.Parallel()
	err := account{uid: 3_999_999_999}.checkName()
	if !errors.Is(err, ErrNoAccount) {
		t.Errorf("checkName: %v, want ErrNoAccount", err)
	}
	if err := (account{uid: 0}).checkName(); err != nil {
		t.Errorf("checkName of root: %v", err)
	}
}
