package live

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture"
)

// packetTap is a packet socket and its ring.
type packetTap struct {
	*ring
	framing
	fd int
}

// openLane opens the interface with that number, inside its namespace.
func openLane(c Config, i Interface, number int) (l *lane, err error) {
	inside := i.Inside
	if inside == nil {
		inside = func(open func() error) error { return open() }
	}
	err = inside(func() error {
		t, name, err := openTap(c, i.Name)
		if err != nil {
			return err
		}
		t.number = number
		l = &lane{tap: t, about: capture.Interface{Name: i.label(), LinkType: t.link, SnapLen: c.SnapLen}}
		l.total.Interface = name
		if i.Label != "" {
			l.total.Interface = i.Label
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("recording on %s: %w", i.label(), err)
	}
	return l, nil
}

// openTap opens an interface. The socket hears nothing before it is bound, so
// that no packet gets past the filter.
func openTap(c Config, name string) (*packetTap, string, error) {
	on, err := lookUp(name)
	if err != nil {
		return nil, "", err
	}
	fd, err := openSocket(on)
	if err != nil {
		return nil, "", err
	}
	t := &packetTap{fd: fd, framing: framing{link: on.link, snapLen: c.SnapLen}}
	if err := t.start(c, on); err != nil {
		return nil, "", errors.Join(err, t.close())
	}
	return t, name, nil
}

func (t *packetTap) start(c Config, on device) (err error) {
	program, err := on.program(c)
	if err != nil {
		return err
	}
	if err := setFilter(t.fd, program); err != nil {
		return err
	}
	if t.ring, err = newRing(t.fd, c.BufferMiB); err != nil {
		return err
	}
	if on.loopback {
		if err := unix.SetsockoptInt(t.fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
			return fmt.Errorf("leaving out what is sent, which comes back: %w (hint: Linux 4.20 or later)", err)
		}
	}
	if c.Promiscuous {
		if err := setPromiscuous(t.fd, on.index); err != nil {
			return err
		}
	}
	return bind(t.fd, on.index)
}

func (t *packetTap) head() (at capture.Timestamp, settled, ok bool) {
	f, settled, ok := t.ring.head()
	return capture.Timestamp(f.time), settled, ok
}

func (t *packetTap) fill(p *capture.Packet) { t.framing.fill(p, t.bytes(t.pending[0])) }

func (t *packetTap) mute() error { return setFilter(t.fd, nothing) }

func (t *packetTap) counted() (received, dropped uint64, err error) {
	stats, err := unix.GetsockoptTpacketStatsV3(t.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0, 0, fmt.Errorf("counting packets: %w", err)
	}
	return uint64(stats.Packets), uint64(stats.Drops), nil
}

func (t *packetTap) close() error {
	return errors.Join(t.ring.close(), unix.Close(t.fd))
}
