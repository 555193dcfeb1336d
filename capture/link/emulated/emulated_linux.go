// Package emulated is a link in user space, for kernels without netem: it
// carries packets between two TUN devices, late, lossy or out of order as told.
//
// In: the descriptors of two TUN devices (OpenTUN), what to do to the packets
// of each direction, a seed. Out: packets, and an account of how late they
// were. One locked thread serves each direction; it sleeps in ppoll and spins
// for the last 100 µs. The TCP at both ends is the kernel's own; only the wire
// is not. The link's own latency, some 10 to 50 µs, comes on top of a delay
// and is measured, never subtracted. It sets up no interfaces and no addresses:
// package link does. It refuses to corrupt packets that carry unfinished
// checksums, since their receiver would take the damage for data.
//
//	l, err := emulated.Start([2]int{clientTUN, serverTUN}, emulated.Options{Way: ways, Seed: 1})
//	defer l.Close()
package emulated

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/link/impair"
)

// Options of a link. Way[0] is from the first device to the second.
type Options struct {
	Way      [2]impair.Params
	Seed     uint64
	MTU      int
	Offloads bool // as the devices were opened
}

// Link carries packets between two devices. The zero value is invalid; see
// Start.
type Link struct {
	pipes [2]*pipe
	stop  int
	tuns  [2]int
}

// Start begins to carry packets. It owns the devices from then on, and closes
// them where it fails.
func Start(tuns [2]int, o Options) (*Link, error) {
	l := &Link{tuns: tuns, stop: -1}
	if err := l.prepare(o); err != nil {
		l.release()
		return nil, err
	}
	for _, p := range l.pipes {
		go p.run()
	}
	return l, nil
}

func (l *Link) prepare(o Options) (err error) {
	if l.stop, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return fmt.Errorf("eventfd: %w", err)
	}
	size, header := o.MTU, 0
	if o.Offloads {
		size, header = 65_536, virtioHeader
	}
	epoch := time.Now()
	for i, way := range o.Way {
		if way.Corrupt > 0 && o.Offloads {
			return errors.New("the emulated link corrupts packets only with offloads off: with them the receiver checks no checksum")
		}
		// Each direction draws its own numbers.
		gate, err := impair.NewGate(way, o.Seed*2+uint64(i))
		if err != nil {
			return err
		}
		l.pipes[i] = &pipe{
			from: l.tuns[i], to: l.tuns[1-i], stop: l.stop, header: header,
			gate: gate, epoch: epoch, full: make([]byte, size+header), ended: make(chan error, 1),
		}
	}
	return nil
}

// Lateness is how late packets were so far, in each direction.
func (l *Link) Lateness() [2]Lateness {
	return [2]Lateness{l.pipes[0].late.figures(), l.pipes[1].late.figures()}
}

// Counts is what became of the packets of each direction so far.
func (l *Link) Counts() [2]*Counts {
	return [2]*Counts{&l.pipes[0].counted, &l.pipes[1].counted}
}

// Close stops the threads and removes the devices. Packets under way are lost.
// It returns what stopped a thread before.
func (l *Link) Close() error {
	var errs []error
	if _, err := unix.Write(l.stop, []byte{1, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		return fmt.Errorf("stopping the emulated link: %w", err)
	}
	for _, p := range l.pipes {
		errs = append(errs, <-p.ended)
	}
	l.release()
	return errors.Join(errs...)
}

func (l *Link) release() { Release([2]int{l.tuns[0], l.tuns[1]}); Release([2]int{l.stop, -1}) }

// Release closes the descriptors that are open (not below zero), for a caller
// that fails before Start. Errors say nothing: the descriptors hold no data.
func Release(fds [2]int) {
	for _, fd := range fds {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
