//go:build !linux

package testkit

import (
	"errors"
	"os"
)

func locateServer() (string, error) {
	given := os.Getenv(databaseVariable)
	if given == "" {
		return "", errors.New("the private test server runs on Linux only: set " + databaseVariable + " to a superuser's address")
	}
	return given, nil
}
