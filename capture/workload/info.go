package workload

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Info is what a stack tells of one end of a connection. What it does not keep
// is negative, and so are amounts that it does not know yet; for sizes and
// times that are never zero, zero says the same. Samples leave such values out.
type Info struct {
	State                            string        // the RFC's name; empty: unknown
	MSS                              int           // bytes a segment, as sent
	Cwnd                             int           // segments
	Ssthresh                         int           // segments; 0: not set yet, slow start has no end
	SRTT, RTTVar, RTO, MinRTT        time.Duration // 0: unknown
	SendWindow                       int64         // bytes, as the peer advertised it last
	ReceiveSpace                     int64         // bytes that the receive buffer is sized for in a round trip
	Unacked                          int           // segments
	Retransmits                      int           // of the segment that now waits for its time-out
	TotalRetrans                     int           // segments
	DeliveryRate                     int64         // bytes a second; 0: unknown
	Busy, RwndLimited, SndbufLimited time.Duration // time with data to send, and how much of it a limit took
	BytesAcked, BytesReceived        int64
}

// Sample is the Info of one end at one time.
type Sample struct {
	Time          capture.Timestamp
	Host          string
	Local, Remote netip.AddrPort
	Info
}

// column is one column of the samples' table: its name and its cell, empty
// where the value is unknown.
type column struct {
	name string
	text bool // quoted in JSON
	cell func(*Sample) string
}

// columns is the table of what is written of a sample, in order. Times are
// seconds, except for time_ns, which is since the epoch; windows are bytes
// unless named segments; the delivery rate is in bytes a second.
func columns() []column {
	return []column{
		{"time_ns", false, func(s *Sample) string { return strconv.FormatInt(int64(s.Time), 10) }},
		{"host", true, func(s *Sample) string { return s.Host }},
		{"local", true, func(s *Sample) string { return s.Local.String() }},
		{"remote", true, func(s *Sample) string { return s.Remote.String() }},
		{"state", true, func(s *Sample) string { return s.State }},
		{"cwnd_segments", false, func(s *Sample) string { return known(s.Cwnd) }},
		{"cwnd", false, func(s *Sample) string { return known(s.Cwnd * s.MSS) }},
		{"ssthresh_segments", false, func(s *Sample) string { return known(s.Ssthresh) }},
		{"ssthresh", false, func(s *Sample) string { return known(s.Ssthresh * s.MSS) }},
		{"srtt_s", false, func(s *Sample) string { return knownSeconds(s.SRTT) }},
		{"rttvar_s", false, func(s *Sample) string { return knownSeconds(s.RTTVar) }},
		{"rto_s", false, func(s *Sample) string { return knownSeconds(s.RTO) }},
		{"min_rtt_s", false, func(s *Sample) string { return knownSeconds(s.MinRTT) }},
		{"snd_wnd", false, func(s *Sample) string { return count(s.SendWindow) }},
		{"rcv_space", false, func(s *Sample) string { return count(s.ReceiveSpace) }},
		{"unacked_segments", false, func(s *Sample) string { return count(s.Unacked) }},
		{"retransmits", false, func(s *Sample) string { return count(s.Retransmits) }},
		{"total_retrans", false, func(s *Sample) string { return count(s.TotalRetrans) }},
		{"delivery_rate", false, func(s *Sample) string { return known(s.DeliveryRate) }},
		{"busy_s", false, func(s *Sample) string { return seconds(s.Busy) }},
		{"rwnd_limited_s", false, func(s *Sample) string { return seconds(s.RwndLimited) }},
		{"sndbuf_limited_s", false, func(s *Sample) string { return seconds(s.SndbufLimited) }},
		{"bytes_acked", false, func(s *Sample) string { return count(s.BytesAcked) }},
		{"bytes_received", false, func(s *Sample) string { return count(s.BytesReceived) }},
	}
}

type integer interface{ int | int64 }

// count writes an amount that may be zero.
func count[T integer](n T) string {
	if n < 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

// known is count where zero means that it is not known.
func known[T integer](n T) string {
	if n == 0 {
		return ""
	}
	return count(n)
}

// knownSeconds is seconds where zero means that it is not known.
func knownSeconds(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return seconds(d)
}

// seconds writes d as a decimal without needless zeros.
func seconds(d time.Duration) string {
	if d < 0 {
		return ""
	}
	text := fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// WriteSamplesCSV writes a heading and a row a sample.
func WriteSamplesCSV(w io.Writer, samples []Sample) error {
	all := columns()
	row := make([]string, len(all))
	for i, c := range all {
		row[i] = c.name
	}
	out := csv.NewWriter(w)
	if err := out.Write(row); err != nil {
		return err
	}
	for i := range samples {
		for j, c := range all {
			row[j] = c.cell(&samples[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteSamples writes one JSON object a line. Unknown values are absent.
func WriteSamples(w io.Writer, samples []Sample) error {
	all := columns()
	out := bufio.NewWriter(w)
	for i := range samples {
		separator := "{"
		for _, c := range all {
			cell := c.cell(&samples[i])
			if cell == "" {
				continue
			}
			if c.text {
				cell = strconv.Quote(cell)
			}
			fmt.Fprintf(out, "%s%q:%s", separator, c.name, cell) // the error stays in out, Flush tells it
			separator = ","
		}
		fmt.Fprint(out, "}\n")
	}
	return out.Flush()
}
