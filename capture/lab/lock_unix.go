//go:build unix

package lab

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the folder for this process, or says that somebody else has it.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errors.New("another lab is at work in this folder (hint: wait for it, or -o OTHER)")
	}
	return err
}
