package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// poller waits on the sockets, and on an eventfd that wakes it.
type poller struct {
	fds   []unix.PollFd // the eventfd first, then a socket for each lane
	lanes []*lane
}

func newWaiter(lanes []*lane) (waiter, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("making an eventfd: %w", err)
	}
	p := &poller{fds: []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, lanes: lanes}
	for _, l := range lanes {
		p.fds = append(p.fds, unix.PollFd{Fd: int32(l.tap.(*packetTap).fd), Events: unix.POLLIN})
	}
	return p, nil
}

func (p *poller) wait(forPackets bool, atMost time.Duration) error {
	fds := p.fds
	if !forPackets {
		fds = fds[:1] // a held packet makes its socket ready for ever
	}
	timeout := -1
	if atMost >= 0 {
		timeout = int(atMost / time.Millisecond)
	}
	if _, err := unix.Poll(fds, timeout); err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("waiting for packets: %w", err)
	}
	p.rest()
	if !forPackets {
		return nil
	}
	return p.broken()
}

// broken returns why a socket gives nothing any more.
func (p *poller) broken() error {
	for n, fd := range p.fds[1:] {
		if fd.Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) == 0 {
			continue
		}
		name := p.lanes[n].about.Name
		code, err := unix.GetsockoptInt(int(fd.Fd), unix.SOL_SOCKET, unix.SO_ERROR)
		switch {
		case err != nil:
			return fmt.Errorf("recording on %s: %w", name, err)
		case unix.Errno(code) == unix.ENETDOWN:
			return fmt.Errorf("recording on %s: the interface went down", name)
		case code != 0:
			return fmt.Errorf("recording on %s: %w", name, unix.Errno(code))
		}
	}
	return nil
}

func (p *poller) wake() {
	one := binary.NativeEndian.AppendUint64(nil, 1)
	unix.Write(int(p.fds[0].Fd), one) // it fails where wakenings have piled up: then it is awake
}

// rest takes the wakening back, so that the next wait waits.
func (p *poller) rest() {
	var count [8]byte
	unix.Read(int(p.fds[0].Fd), count[:]) // it fails where nobody woke us
}

func (p *poller) close() error { return unix.Close(int(p.fds[0].Fd)) }
