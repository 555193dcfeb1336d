//go:build !linux

package link

import (
	"context"
	"errors"
)

// NeedsUserNamespace is false where there are none.
func NeedsUserNamespace() bool { return false }

// EnterUserNamespace says that there are none.
func EnterUserNamespace(context.Context, []string) (int, error) {
	return 0, errors.New("user namespaces exist on Linux only")
}
