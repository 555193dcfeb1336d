package link

import (
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// stamps reads packets with the time at which the kernel took them in, which
// is when a tap there would have seen them.
type stamps struct {
	conn    *net.UDPConn
	data    [64]byte
	control [128]byte
}

func newStamps(c *net.UDPConn) (*stamps, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, fmt.Errorf("timestamps of a socket: %w", err)
	}
	return &stamps{conn: c}, nil
}

func (s *stamps) read() ([]byte, time.Time, error) {
	n, controls, _, _, err := s.conn.ReadMsgUDPAddrPort(s.data[:], s.control[:])
	if err != nil {
		return nil, time.Time{}, err
	}
	messages, err := unix.ParseSocketControlMessage(s.control[:controls])
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("a packet's timestamp: %w", err)
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) >= 16 {
			seconds, nanoseconds := binary.NativeEndian.Uint64(m.Data), binary.NativeEndian.Uint64(m.Data[8:])
			return s.data[:n], time.Unix(int64(seconds), int64(nanoseconds)), nil
		}
	}
	return s.data[:n], time.Now(), nil
}
