package netem

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Offload is what an interface does to packets behind the back of a capture.
type Offload struct {
	Name    string // as the ethtool program calls it
	command uint32
}

// Offloads are all that change what a capture shows: segments of up to 64 KiB,
// or checksums that are not there yet.
func Offloads() []Offload {
	const ( // of linux/ethtool.h
		setRxChecksum = 0x15
		setTxChecksum = 0x17
		setTSO        = 0x1f
		setGSO        = 0x24
		setGRO        = 0x2c
	)
	return []Offload{{"tso", setTSO}, {"gso", setGSO}, {"gro", setGRO}, {"tx", setTxChecksum}, {"rx", setRxChecksum}}
}

// TurnOffOffloads turns off each offload of an interface in the network
// namespace of the calling thread. lo has checksums that cannot be turned off;
// that is left as it is.
func TurnOffOffloads(device string) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("a socket to set offloads: %w", err)
	}
	defer unix.Close(socket) // nothing is sent by it
	for _, o := range Offloads() {
		err := set(socket, device, o.command, 0)
		if errors.Is(err, unix.EOPNOTSUPP) {
			continue
		}
		if err != nil {
			return fmt.Errorf("turning off %s of %s: %w", o.Name, device, err)
		}
	}
	return nil
}

// set is the ioctl behind "ethtool -K".
func set(socket int, device string, command, value uint32) error {
	argument := [2]uint32{command, value} // struct ethtool_value
	request := struct {                   // struct ifreq
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}{data: unsafe.Pointer(&argument)}
	if len(device) >= len(request.name) {
		return fmt.Errorf("the name %q is too long", device)
	}
	copy(request.name[:], device)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(socket), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&request)))
	runtime.KeepAlive(&argument)
	if errno != 0 {
		return errno
	}
	return nil
}
