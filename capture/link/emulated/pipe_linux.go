package emulated

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/link/impair"
)

// spin is how long before a packet is due its thread stops sleeping and
// watches the clock instead: what a sleeping thread oversleeps, mostly.
const spin = 100 * time.Microsecond

// batch is how many packets are read before those that are due get their turn.
const batch = 32

// pipe carries one direction: it reads packets from one TUN device and writes
// them to another when their time has come.
type pipe struct {
	from, to int // file descriptors, not blocking
	stop     int // an eventfd that ends the thread
	header   int // bytes of virtio header before each packet
	gate     *impair.Gate
	epoch    time.Time

	// Of the thread alone.
	held  queue
	order uint64
	idle  [][]byte // buffers to use again
	full  []byte   // where packets are read to

	late    late
	counted Counts
	ended   chan error
}

// Counts is what became of the packets of one direction.
type Counts struct {
	Entered, Left atomic.Uint64
	Lost          atomic.Uint64 // by the set loss, or a full queue
	Refused       atomic.Uint64 // by the device at the far end
}

// run carries packets until stop is written to.
func (p *pipe) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	restore := punctual()
	defer restore()
	p.ended <- p.carry()
}

func (p *pipe) carry() error {
	for {
		if err := p.deliver(); err != nil {
			return err
		}
		n, err := p.receive()
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if stopped, err := p.wait(); stopped || err != nil {
			return err
		}
	}
}

func (p *pipe) now() time.Duration { return time.Since(p.epoch) }

// deliver writes what is due.
func (p *pipe) deliver() error {
	for len(p.held) > 0 && p.held[0].due <= p.now() {
		it := p.held.pop()
		p.late.add(p.now() - it.due)
		if err := p.write(it.data); err != nil {
			return err
		}
		p.idle = append(p.idle, it.data[:0])
	}
	return nil
}

// receive reads what has come, at most one batch.
func (p *pipe) receive() (n int, err error) {
	for ; n < batch; n++ {
		size, errno := read(p.from, p.full)
		switch errno {
		case 0:
		case unix.EAGAIN, unix.EINTR:
			return n, nil
		default:
			return n, fmt.Errorf("reading from a TUN device: %w", errno)
		}
		if err := p.admit(p.full[:size]); err != nil {
			return n, err
		}
	}
	return n, nil
}

// admit lets a packet into the link.
func (p *pipe) admit(data []byte) error {
	p.counted.Entered.Add(1)
	now := p.now()
	copies, n := p.gate.Admit(now, len(data)-p.header, len(p.held))
	if n == 0 {
		p.counted.Lost.Add(1)
	}
	for _, c := range copies[:n] {
		if c.Due <= now && c.Bit < 0 && n == 1 {
			// Without delay a detour by the heap only costs time.
			p.late.add(p.now() - now)
			return p.write(data)
		}
		held := append(p.buffer(), data...)
		if c.Bit >= 0 {
			held[p.header+c.Bit/8] ^= 1 << (c.Bit % 8)
		}
		p.order++
		p.held.push(item{due: c.Due, order: p.order, data: held})
	}
	return nil
}

func (p *pipe) buffer() []byte {
	if last := len(p.idle) - 1; last >= 0 {
		b := p.idle[last]
		p.idle = p.idle[:last]
		return b
	}
	return make([]byte, 0, min(len(p.full), 2048))
}

func (p *pipe) write(data []byte) error {
	for {
		switch errno := write(p.to, data); errno {
		case 0:
			p.counted.Left.Add(1)
			return nil
		case unix.EINTR:
		case unix.EINVAL, unix.EIO, unix.ENOBUFS, unix.EAGAIN, unix.ENOMEM:
			// What a wire would do with a header whose bits were turned, and
			// with a host whose interface is down.
			p.counted.Refused.Add(1)
			return nil
		default:
			return fmt.Errorf("writing to a TUN device: %w", errno)
		}
	}
}

// wait sleeps until a packet comes or is nearly due. For the last moment it
// returns at once, so that the loop looks at the clock and the device in turn.
func (p *pipe) wait() (stopped bool, err error) {
	var timeout *unix.Timespec
	if len(p.held) > 0 {
		left := p.held[0].due - p.now() - spin
		if left <= 0 {
			return false, nil
		}
		ts := unix.NsecToTimespec(int64(left))
		timeout = &ts
	}
	fds := [...]unix.PollFd{{Fd: int32(p.from), Events: unix.POLLIN}, {Fd: int32(p.stop), Events: unix.POLLIN}}
	if _, err := unix.Ppoll(fds[:], timeout, nil); err != nil && !errors.Is(err, unix.EINTR) {
		return false, fmt.Errorf("waiting for a packet: %w", err)
	}
	return fds[1].Revents != 0, nil
}
