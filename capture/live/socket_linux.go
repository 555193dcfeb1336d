package live

import (
	"encoding/binary"
	"errors"
	"fmt"

	xbpf "golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture"
)

// ErrPermission is in the error of Open where recording is not allowed.
var ErrPermission = errors.New("not allowed to record: this needs CAP_NET_RAW " +
	"(hint: sudo flowstate ..., or once sudo setcap cap_net_raw+ep $(command -v flowstate), or for a network of your own unshare -Urn)")

// openSocket opens a packet socket that hears nothing yet.
func openSocket(on device) (int, error) {
	kind := unix.SOCK_RAW
	if on.link == capture.LinkTypeLinuxSLL2 {
		kind = unix.SOCK_DGRAM // without the link layer
	}
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.EPERM):
		return -1, ErrPermission
	case err != nil:
		return -1, fmt.Errorf("opening a packet socket: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		unix.Close(fd) // nothing was written to it
		return -1, fmt.Errorf("asking for TPACKET_V3: %w (hint: Linux 3.2 or later)", err)
	}
	return fd, nil
}

func setFilter(fd int, program []xbpf.RawInstruction) error {
	code := make([]unix.SockFilter, len(program))
	for i, from := range program {
		code[i] = unix.SockFilter{Code: from.Op, Jt: from.Jt, Jf: from.Jf, K: from.K}
	}
	err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]})
	if err != nil {
		return fmt.Errorf("giving the kernel a filter of %d instructions: %w", len(code), err)
	}
	return nil
}

// setPromiscuous lasts until the socket is closed.
func setPromiscuous(fd, index int) error {
	err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC})
	if err != nil {
		return fmt.Errorf("promiscuous mode: %w", err)
	}
	return nil
}

// bind opens the socket's ears.
func bind(fd, index int) error {
	// The kernel asks for network order.
	everything := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL))
	err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: everything, Ifindex: index})
	if err != nil {
		return fmt.Errorf("binding the packet socket: %w", err)
	}
	return nil
}
