//go:build !linux

package uml

import (
	"context"
	"errors"
)

// Init does nothing where there are no guests.
func Init() {}

// Sweep does nothing where there are no guests.
func Sweep() {}

// Ready says that there are no guests here.
func Ready() error { return errors.New("user-mode Linux runs on Linux only (hint: a Linux machine)") }

// Run says that there are no guests here.
func Run(context.Context, Job) error { return Ready() }
