package live

import (
	"errors"
	"fmt"
	"slices"

	xbpf "golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/filter/bpf"
)

// device is what must be known of an interface to record on it.
type device struct {
	name     string
	index    int // 0 for all
	link     capture.LinkType
	loopback bool
}

// bareIP are the kinds of hardware, as Linux numbers them, whose packets start
// with their IP header.
var bareIP = []uint16{unix.ARPHRD_NONE, unix.ARPHRD_TUNNEL, unix.ARPHRD_TUNNEL6, unix.ARPHRD_SIT, unix.ARPHRD_RAWIP}

// lookUp asks the kernel about an interface of the namespace at hand.
func lookUp(name string) (device, error) {
	if name == AnyInterface {
		return device{name: name, link: capture.LinkTypeLinuxSLL2}, nil
	}
	request, err := unix.NewIfreq(name)
	if err != nil {
		return device{}, errors.New("no interface has such a name (hint: ip -br link)")
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return device{}, fmt.Errorf("asking for interfaces: %w", err)
	}
	defer unix.Close(fd) // nothing was written to it
	return ask(fd, request)
}

func ask(fd int, request *unix.Ifreq) (device, error) {
	d := device{name: request.Name(), link: capture.LinkTypeLinuxSLL2}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, request); err != nil {
		return d, fmt.Errorf("%w (hint: ip -br link)", err)
	}
	d.index = int(request.Uint32())
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, request); err != nil {
		return d, err
	}
	if request.Uint16()&unix.IFF_UP == 0 {
		return d, fmt.Errorf("the interface is down (hint: ip link set %s up)", d.name)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, request); err != nil {
		return d, err
	}
	switch hardware := request.Uint16(); {
	case hardware == unix.ARPHRD_LOOPBACK:
		d.link, d.loopback = capture.LinkTypeEthernet, true
	case hardware == unix.ARPHRD_ETHER:
		d.link = capture.LinkTypeEthernet
	case slices.Contains(bareIP, hardware):
		d.link = capture.LinkTypeRaw
	}
	return d, nil
}

// program is the filter for the kernel.
func (d device) program(c Config) ([]xbpf.RawInstruction, error) {
	if d.link != capture.LinkTypeLinuxSLL2 {
		return bpf.Compile(c.Filter, d.link, c.SnapLen)
	}
	program, err := bpf.CompileCooked(c.Filter, max(c.SnapLen-sll2HeaderLen, 1))
	if err != nil {
		return nil, err
	}
	before, err := xbpf.Assemble(onceOverLoopback)
	return append(before, program...), err
}

// onceOverLoopback lets go on all but what is sent over a loopback interface:
// it is received too. PACKET_IGNORE_OUTGOING would leave out what is sent over
// any.
var onceOverLoopback = []xbpf.Instruction{
	xbpf.LoadExtension{Num: xbpf.ExtType},
	xbpf.JumpIf{Cond: xbpf.JumpNotEqual, Val: unix.PACKET_OUTGOING, SkipTrue: 3},
	xbpf.LoadExtension{Num: xbpf.ExtLinkLayerType},
	xbpf.JumpIf{Cond: xbpf.JumpNotEqual, Val: unix.ARPHRD_LOOPBACK, SkipTrue: 1},
	xbpf.RetConstant{Val: 0},
}

// nothing selects no packet.
var nothing = []xbpf.RawInstruction{{Op: unix.BPF_RET | unix.BPF_K}}
