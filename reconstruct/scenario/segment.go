package scenario

import (
	"net/netip"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Segments returns the TCP segments of the capture as a decoder would, without
// the way through bytes. Frames count every line, ICMP errors too. Checksums
// are zero, and no line is cut.
func (s *Scenario) Segments() []decode.Segment {
	var list []decode.Segment
	var sent [2]uint16
	for i := range s.Lines {
		l := &s.Lines[i]
		sent[l.From]++
		if l.ICMP != nil {
			continue
		}
		g := s.decoded(l, sent[l.From])
		g.Frame = capture.FrameNumber(i + 1)
		list = append(list, g)
	}
	return list
}

func (s *Scenario) decoded(l *Line, count uint16) decode.Segment {
	ends := s.Conns[l.Conn].Ends
	g := decode.Segment{
		Time:    capture.Timestamp(s.Start.Add(l.Time).UnixNano()),
		Src:     endpoint(ends[l.From]),
		Dst:     endpoint(ends[l.From.Peer()]),
		Seq:     l.Seq.Wrap(l.ISN[l.From]),
		Flags:   l.Flags,
		Window:  l.Window,
		Urgent:  l.Urgent,
		TTL:     defaultTTL,
		ECN:     l.ECN,
		Options: l.Options.decoded(l),
		Len:     l.Len,
		Payload: payload(l),
	}
	if l.Flags.Has(decode.ACK) {
		g.Ack = l.Ack.Wrap(l.ISN[l.From.Peer()])
	}
	if l.TTL > 0 {
		g.TTL = l.TTL
	}
	if !g.Src.IP.V6 {
		g.Quirks, g.IPID = decode.HasIPID, uint32(count)
		if l.HasIPID {
			g.IPID = uint32(l.IPID)
		}
	}
	return g
}

func (o *Options) decoded(l *Line) decode.Options {
	d := o.Options
	isn := l.ISN[l.From.Peer()]
	for i, b := range o.SACK {
		d.SACK[i] = decode.SACKBlock{Left: b.Left.Wrap(isn), Right: b.Right.Wrap(isn)}
	}
	d.SACKCount = uint8(len(o.SACK))
	d.CookieLen = uint8(len(o.Cookie))
	return d
}

func endpoint(a netip.AddrPort) decode.Endpoint {
	return decode.Endpoint{
		IP:   decode.Address{Bytes: a.Addr().As16(), V6: a.Addr().Is6()},
		Port: a.Port(),
	}
}
