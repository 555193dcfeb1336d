// Package netem puts the kernel's queueing discipline of that name on an
// interface, through netlink, and turns offloads off. It needs no tc and no
// ethtool program.
//
// In: an open netlink socket, an interface, and what to do to the packets that
// leave by it. Out: nothing but the effect, or an error that names what the
// kernel lacks. It refuses delays that netem, which counts in microseconds
// here, would round. netem draws its own random numbers: a seed cannot be set
// on the kernels that people have.
//
//	err := netem.Add(h, l, impair.Params{Delay: 20 * time.Millisecond})
package netem

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/link/impair"
)

// ErrMissing is a kernel without netem.
var ErrMissing = errors.New("this kernel has no netem (hint: modprobe sch_netem, from the distribution's full kernel package; or use the uml link)")

// Check refuses what netem cannot keep.
func Check(p impair.Params) error {
	if err := p.Check(); err != nil {
		return err
	}
	for _, d := range []time.Duration{p.Delay, p.Jitter} {
		if d%time.Microsecond != 0 {
			return fmt.Errorf("netem counts in microseconds and would round %v", d)
		}
		// The kernel takes 32 bits of ticks of 64 ns.
		if most := 64 * time.Duration(math.MaxUint32); d > most {
			return fmt.Errorf("a delay of %v is more than netem's most of %v", d, most)
		}
	}
	return nil
}

// Add makes netem the root queue of an interface. Params that do nothing add
// nothing: an interface without netem is the better wire, and works on every
// kernel.
func Add(h *netlink.Handle, l netlink.Link, p impair.Params) error {
	if err := Check(p); err != nil {
		return err
	}
	if p.None() {
		return nil
	}
	err := h.QdiscAdd(netlink.NewNetem(netlink.QdiscAttrs{
		LinkIndex: l.Attrs().Index, Handle: netlink.MakeHandle(1, 0), Parent: netlink.HANDLE_ROOT,
	}, attributes(p)))
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EOPNOTSUPP) {
		return ErrMissing
	}
	if err != nil {
		return fmt.Errorf("netem on %s: %w", l.Attrs().Name, err)
	}
	return nil
}

func attributes(p impair.Params) netlink.NetemQdiscAttrs {
	limit := p.Limit
	if limit == 0 {
		limit = impair.DefaultLimit
	}
	percent := func(share float64) float32 { return float32(share * 100) }
	return netlink.NetemQdiscAttrs{
		Latency: uint32(p.Delay / time.Microsecond), Jitter: uint32(p.Jitter / time.Microsecond),
		Loss: percent(p.Loss), ReorderProb: percent(p.Reorder), Duplicate: percent(p.Duplicate), CorruptProb: percent(p.Corrupt),
		Rate64: uint64((p.Rate + 7) / 8), // the kernel counts bytes
		Limit:  uint32(limit),
	}
}

// Command is what Add does, as a person would type it; "" where it does
// nothing.
func Command(device string, p impair.Params) string {
	if p.None() {
		return ""
	}
	return "tc qdisc add dev " + device + " root handle 1: netem " + Words(p)
}

// Words are tc's for Params.
func Words(p impair.Params) string {
	c := fmt.Sprintf("limit %d", attributes(p).Limit)
	if p.Delay > 0 {
		c += " delay " + p.Delay.String()
	}
	if p.Jitter > 0 {
		c += " " + p.Jitter.String()
	}
	for _, share := range []struct {
		word  string
		value float64
	}{{"loss", p.Loss}, {"duplicate", p.Duplicate}, {"reorder", p.Reorder}, {"corrupt", p.Corrupt}} {
		if share.value > 0 {
			c += fmt.Sprintf(" %s %g%%", share.word, share.value*100)
		}
	}
	if p.Rate > 0 {
		c += fmt.Sprintf(" rate %dbit", p.Rate)
	}
	return c
}
