//go:build !linux

package pgembed

import "context"

func start(context.Context, Options) (*Server, error) { return nil, ErrUnsupported }
