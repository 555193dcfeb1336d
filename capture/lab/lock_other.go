//go:build !unix

package lab

import (
	"os"
	"time"
)

// lock does nothing where folders cannot be locked: two labs in one folder are
// the user's to avoid.
func lock(*os.File, time.Duration) error { return nil }
