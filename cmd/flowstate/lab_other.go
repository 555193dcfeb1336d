//go:build !linux

package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"
)

// beGuest does nothing: only Linux runs as its own guest.
func beGuest() {}

// enterNamespace does nothing: only Linux has namespaces.
func (p *program) enterNamespace(context.Context, string) (bool, error) { return false, nil }

func newLabInside(*program) *cobra.Command {
	return &cobra.Command{Use: "inside", Hidden: true, RunE: func(*cobra.Command, []string) error { return errors.ErrUnsupported }}
}

func measureInGuest(context.Context, io.Writer, io.Writer, string) error {
	return errors.ErrUnsupported
}
