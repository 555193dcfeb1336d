package scenario

import (
	"bytes"
	"encoding/binary"
	"io"
)

// A pcap file is written here, in two headers, rather than with pcapgo: that
// package brings golang.org/x/net along for what are 40 bytes.
const (
	pcapMagicNanos = 0xa1b23c4d
	pcapMajor      = 2
	pcapMinor      = 4
	pcapSnapLen    = 1 << 18
)

// Pcap returns the capture as a pcap file with nanoseconds.
func (s *Scenario) Pcap() ([]byte, error) {
	var b bytes.Buffer
	_, err := s.WriteTo(&b)
	return b.Bytes(), err
}

// WriteTo writes the capture as a pcap file with nanoseconds. It fails only if
// w does, or for a line that Parse would have refused.
func (s *Scenario) WriteTo(w io.Writer) (int64, error) {
	order := binary.LittleEndian
	b := order.AppendUint32(nil, pcapMagicNanos)
	b = order.AppendUint16(b, pcapMajor)
	b = order.AppendUint16(b, pcapMinor)
	b = append(b, make([]byte, 8)...) // time zone and accuracy, zero by custom
	b = order.AppendUint32(b, pcapSnapLen)
	b = order.AppendUint32(b, uint32(s.Link))
	var sent [2]uint16
	for i := range s.Lines {
		l := &s.Lines[i]
		sent[l.From]++
		frame, err := s.frame(l, sent[l.From])
		if err != nil {
			return 0, err
		}
		kept := frame
		if l.Cut > 0 {
			kept = frame[:min(l.Cut, len(frame))]
		}
		at := s.Start.Add(l.Time)
		b = order.AppendUint32(b, uint32(at.Unix()))
		b = order.AppendUint32(b, uint32(at.Nanosecond()))
		b = order.AppendUint32(b, uint32(len(kept)))
		b = order.AppendUint32(b, uint32(len(frame)))
		b = append(b, kept...)
	}
	n, err := w.Write(b)
	return int64(n), err
}
