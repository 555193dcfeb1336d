//go:build unix

package lab

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// lock takes the folder for this process, or says that somebody else has it for
// longer than patience: a lab that was killed takes a moment to die.
func lock(f *os.File, patience time.Duration) error {
	const step = 20 * time.Millisecond
	for ; ; patience -= step {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if patience <= 0 {
			return errors.New("another lab is at work in this folder (hint: wait for it, or -o OTHER)")
		}
		time.Sleep(step)
	}
}
