package main

import (
	"context"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/link/uml"
)

// beGuest runs the job of a user-mode Linux guest where this process is its init.
func beGuest() { uml.Init() }

// enterNamespace runs this command line again inside a user namespace, where
// the link needs rights that this user lacks. Where the system allows none, auto
// goes on without.
func (p *program) enterNamespace(ctx context.Context, name string) (entered bool, err error) {
	needs := slices.Contains([]string{link.Auto, "netem", "emulated"}, name)
	if !needs || !link.NeedsUserNamespace() {
		return false, nil
	}
	status, err := link.EnterUserNamespace(ctx, os.Args[1:])
	switch {
	case err != nil && name == link.Auto:
		return false, nil // there are links that need no namespace
	case err != nil:
		return false, err
	}
	p.failed = status != exitDone // it has told why
	return true, nil
}

// newLabInside is what runs in a guest, and no command for people.
func newLabInside(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "inside", Short: "The rest of a plan, in a guest", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := interruptible()
			defer stop()
			return lab.Inside(ctx, args[0], p.stdout, lab.Options{Self: self})
		},
	}
}

// measureInGuest measures netem in a user-mode Linux guest, where nothing is
// written.
func measureInGuest(ctx context.Context, stdout, stderr io.Writer, delays string) error {
	h := self("measure", delays)
	return uml.Run(ctx, uml.Job{Binary: h.Path, Args: h.Args, OutDir: os.TempDir(), Stdout: stdout, Stderr: stderr})
}
