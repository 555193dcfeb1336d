//go:build !linux

package lab

import (
	"context"
	"fmt"
	"runtime"
)

// onKernel cannot be had here.
func (r *session) onKernel(context.Context) error {
	return fmt.Errorf("the %s link needs the network namespaces of Linux, and this is %s (hint: --link simulated)", r.record.Backend, runtime.GOOS)
}

func (s *sweep) runInGuest(context.Context) error {
	return fmt.Errorf("the uml link needs Linux, and this is %s (hint: --link simulated)", runtime.GOOS)
}
