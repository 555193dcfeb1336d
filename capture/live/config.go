package live

import (
	"errors"
	"fmt"
	"strings"

	"github.com/flowstate-tcp/flowstate/capture/filter"
	"github.com/flowstate-tcp/flowstate/capture/filter/bpf"
)

// AnyInterface is the name that stands for all interfaces of a namespace.
const AnyInterface = "any"

const defaultBufferMiB = 64

// Interface says where to record.
type Interface struct {
	Name  string
	Label string // its name in the file; empty: Name

	// Inside runs open in another network namespace, as the Do of a link.Host
	// does. Without it the interface is one of this namespace.
	Inside func(open func() error) error
}

func (i Interface) label() string {
	if i.Label != "" {
		return i.Label
	}
	return i.Name
}

// Config says what to record. At least one interface is needed; everything
// else may be left zero.
type Config struct {
	Interfaces  []Interface
	Filter      filter.Expr // nil: every packet
	SnapLen     int         // bytes kept of a packet, 0: bpf.WholePacket
	BufferMiB   int         // ring of each interface, 0: 64
	Promiscuous bool        // see packets for others too
	Count       int64       // packets, 0: no limit
}

// completed returns the configuration with what was left out, or what is wrong
// with it.
func (c Config) completed() (Config, error) {
	if c.SnapLen == 0 {
		c.SnapLen = bpf.WholePacket
	}
	if c.BufferMiB == 0 {
		c.BufferMiB = defaultBufferMiB
	}
	switch {
	case len(c.Interfaces) == 0:
		return c, errors.New("no interface to record (hint: -i " + AnyInterface + ")")
	case c.SnapLen < 0 || c.SnapLen > bpf.WholePacket:
		return c, fmt.Errorf("a snapshot length of %d bytes: at most %d", c.SnapLen, bpf.WholePacket)
	case c.BufferMiB < 0 || c.BufferMiB > 1<<11:
		return c, fmt.Errorf("a buffer of %d MiB: 1 to 2048", c.BufferMiB)
	case c.Count < 0:
		return c, fmt.Errorf("a limit of %d packets", c.Count)
	}
	for _, i := range c.Interfaces {
		if i.Name == AnyInterface && c.Promiscuous {
			return c, errors.New("promiscuous mode is for a named interface, not for " + AnyInterface)
		}
	}
	return c, nil
}

// comment tells the settings, for the file.
func (c Config) comment() string {
	var names []string
	for _, i := range c.Interfaces {
		names = append(names, i.label())
	}
	text := fmt.Sprintf("flowstate capture: interface %s; filter %s; snapshot length %d; ring %d MiB for each interface; time stamps of the kernel",
		strings.Join(names, ", "), c.filterText("none"), c.SnapLen, c.BufferMiB)
	if c.Promiscuous {
		text += "; promiscuous"
	}
	if c.Count > 0 {
		text += fmt.Sprintf("; at most %d packets", c.Count)
	}
	return text
}

func (c Config) filterText(without string) string {
	if c.Filter == nil {
		return without
	}
	return c.Filter.String()
}
