package emulated

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// virtioHeader is the size of struct virtio_net_hdr, which stands before each
// packet where offloads are on and says how the packet is to be cut.
const virtioHeader = 10

// OpenTUN makes a TUN device in the network namespace of the calling thread.
// It lives as long as the descriptor. Where offloads is set the kernel may
// hand over packets of up to 64 KiB with unfinished checksums, each with the
// header that says so.
func OpenTUN(name string, offloads bool) (fd int, err error) {
	fd, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENODEV):
		return -1, errors.New("no TUN devices: /dev/net/tun is missing (hint: modprobe tun)")
	case errors.Is(err, fs.ErrPermission):
		return -1, errors.New("no right to open /dev/net/tun (hint: run as root, or chmod 666 /dev/net/tun)")
	case err != nil:
		return -1, fmt.Errorf("opening /dev/net/tun: %w", err)
	}
	if err := configure(fd, name, offloads); err != nil {
		unix.Close(fd) // only to release it: err says what went wrong
		return -1, err
	}
	return fd, nil
}

func configure(fd int, name string, offloads bool) error {
	request, err := unix.NewIfreq(name)
	if err != nil {
		return fmt.Errorf("TUN device %q: %w", name, err)
	}
	flags := uint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if offloads {
		flags |= unix.IFF_VNET_HDR
	}
	request.SetUint16(flags)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		return fmt.Errorf("making the TUN device %s: %w", name, err)
	}
	if !offloads {
		return nil
	}
	const all = unix.TUN_F_CSUM | unix.TUN_F_TSO4 | unix.TUN_F_TSO6
	if err := unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, all); err != nil {
		return fmt.Errorf("offloads of the TUN device %s: %w", name, err)
	}
	return nil
}
