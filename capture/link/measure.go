package link

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"time"
)

// Figures is how well a link keeps what was set.
type Figures struct {
	Backend string        `json:"backend"`
	Way     [2]DelayError `json:"way"` // [0]: from the client to the server
	Rate    float64       `json:"rate_bps"`
	Bytes   int           `json:"rate_bytes"` // that were sent to find the rate
	Took    time.Duration `json:"rate_ns"`
}

// DelayError is by how much packets of one direction arrived later than set
// (earlier: below zero). Nothing was subtracted: the time that a socket takes
// to send and the kernel to deliver is in it.
type DelayError struct {
	Sent     int           `json:"sent"`
	Received int           `json:"received"`
	P50      time.Duration `json:"p50_ns"`
	P99      time.Duration `json:"p99_ns"`
	Max      time.Duration `json:"max_ns"`
}

// MeasureOptions says how much to measure. The zero value is ready to use.
type MeasureOptions struct {
	Packets  int           // each way, 0: 500
	Interval time.Duration // between packets, 0: 1 ms
	Bytes    int           // to find the highest rate, 0: 16 MiB, below 0: none
}

func (o MeasureOptions) defaults() MeasureOptions {
	if o.Packets == 0 {
		o.Packets = 500
	}
	if o.Interval == 0 {
		o.Interval = time.Millisecond
	}
	if o.Bytes == 0 {
		o.Bytes = 16 << 20
	}
	return o
}

// Measure sends UDP packets each way over the link, one after the other, and
// then bytes over one TCP connection for the rate. Config is what the link was
// opened with. It takes about a second and a half, and should have the link
// for itself.
func Measure(ctx context.Context, l Link, c Config, o MeasureOptions) (Figures, error) {
	o = o.defaults()
	f := Figures{Backend: l.Backend()}
	hosts := l.Hosts()
	for i := range hosts {
		late, err := oneWay(ctx, hosts[i], hosts[1-i], c.Way[i], o)
		if err != nil {
			return f, fmt.Errorf("measuring the delay from the %s: %w", hosts[i].Name, err)
		}
		f.Way[i] = late
	}
	if o.Bytes > 0 {
		took, err := transfer(ctx, hosts, o.Bytes)
		if err != nil {
			return f, fmt.Errorf("measuring the rate: %w", err)
		}
		f.Bytes, f.Took = o.Bytes, took
		f.Rate = float64(o.Bytes) * 8 / took.Seconds()
	}
	return f, nil
}

// oneWay stamps packets when they are sent and, by the kernel where it can,
// when they come.
func oneWay(ctx context.Context, from, to *Host, set Params, o MeasureOptions) (DelayError, error) {
	in, err := udp(to, netip.AddrPort{})
	if err != nil {
		return DelayError{}, err
	}
	defer in.Close() // nothing is written to it
	out, err := udp(from, in.LocalAddr().(*net.UDPAddr).AddrPort())
	if err != nil {
		return DelayError{}, err
	}
	defer out.Close() // a datagram socket holds nothing back
	stamps, err := newStamps(in)
	if err != nil {
		return DelayError{}, err
	}
	sent := make(chan error, 1)
	go func() { sent <- send(ctx, out, o) }()
	wait := time.Duration(o.Packets)*o.Interval + set.Delay + set.Jitter + time.Second
	if err := in.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return DelayError{}, err
	}
	var lates []time.Duration
	for ctx.Err() == nil && len(lates) < o.Packets {
		data, at, err := stamps.read()
		if isTimeout(err) {
			break // the rest was lost, which may be what was set
		}
		if err != nil {
			return DelayError{}, err
		}
		if len(data) == 8 {
			lates = append(lates, at.Sub(time.Unix(0, int64(binary.BigEndian.Uint64(data))))-set.Delay)
		}
	}
	if err := <-sent; err != nil {
		return DelayError{}, err
	}
	return summary(lates, o.Packets), nil
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func send(ctx context.Context, out *net.UDPConn, o MeasureOptions) error {
	ticker := time.NewTicker(o.Interval)
	defer ticker.Stop()
	for range o.Packets {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		var data [8]byte
		binary.BigEndian.PutUint64(data[:], uint64(time.Now().UnixNano()))
		if _, err := out.Write(data[:]); err != nil {
			return err
		}
	}
	return nil
}

func summary(lates []time.Duration, sent int) DelayError {
	e := DelayError{Sent: sent, Received: len(lates)}
	if len(lates) > 0 {
		slices.Sort(lates)
		e.P50, e.P99, e.Max = lates[len(lates)/2], lates[len(lates)*99/100], lates[len(lates)-1]
	}
	return e
}

// udp opens a socket on a host: connected to an address, or waiting for
// packets on any port.
func udp(h *Host, to netip.AddrPort) (conn *net.UDPConn, err error) {
	own := net.UDPAddrFromAddrPort(netip.AddrPortFrom(h.Addr, 0))
	err = h.Do(func() error {
		if !to.IsValid() {
			conn, err = net.ListenUDP("udp", own)
			return err
		}
		conn, err = net.DialUDP("udp", own, net.UDPAddrFromAddrPort(to))
		return err
	})
	return conn, err
}

// transfer sends bytes from the client to the server, and returns the time
// until the server had them all.
func transfer(ctx context.Context, hosts [2]*Host, size int) (took time.Duration, err error) {
	var l net.Listener
	err = hosts[1].Do(func() error {
		l, err = net.Listen("tcp", netip.AddrPortFrom(hosts[1].Addr, 0).String())
		return err
	})
	if err != nil {
		return 0, err
	}
	defer l.Close() // it holds nothing
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	received := make(chan error, 1)
	go func() { received <- receive(ctx, l, int64(size)) }()
	var c net.Conn
	err = hosts[0].Do(func() error {
		c, err = (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
		return err
	})
	if err != nil {
		return 0, err
	}
	defer c.Close() // the receiver's count says whether all arrived
	start := time.Now()
	if _, err := io.CopyN(c, zeros{}, int64(size)); err != nil {
		return 0, err
	}
	if err := <-received; err != nil {
		return 0, err
	}
	return time.Since(start), nil
}

func receive(ctx context.Context, l net.Listener, size int64) error {
	c, err := l.Accept()
	if err != nil {
		return err
	}
	defer c.Close() // it was only read
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	_, err = io.CopyN(io.Discard, c, size)
	return err
}

// zeros is an endless stream of them.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
