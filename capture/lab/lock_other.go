//go:build !unix

package lab

import "os"

// lock does nothing where folders cannot be locked: two labs in one folder are
// the user's to avoid.
func lock(*os.File) error { return nil }
