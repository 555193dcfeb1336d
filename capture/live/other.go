//go:build !linux

package live

import (
	"errors"
	"fmt"
	"runtime"
)

// ErrPermission is in the error of Open where recording is not allowed.
var ErrPermission = errors.New("not allowed to record")

func openLane(_ Config, i Interface, _ int) (*lane, error) {
	return nil, fmt.Errorf("recording needs the packet sockets of Linux, and this is %s (hint: tcpdump -i %s -w FILE, then flowstate summary FILE)", runtime.GOOS, i.Name)
}

func newWaiter([]*lane) (waiter, error) { return nil, errors.ErrUnsupported }

func favour() (end func()) { return func() {} }
