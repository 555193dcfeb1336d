//go:build !linux

package link

import (
	"net"
	"time"
)

// stamps reads packets with the time at which this process got them.
type stamps struct {
	conn *net.UDPConn
	data [64]byte
}

func newStamps(c *net.UDPConn) (*stamps, error) { return &stamps{conn: c}, nil }

func (s *stamps) read() ([]byte, time.Time, error) {
	n, err := s.conn.Read(s.data[:])
	return s.data[:n], time.Now(), err
}
