package simulated

import (
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// Info is what gVisor tells of a connection.
type Info struct {
	State            string        // the RFC's name; empty: none yet
	Cwnd             int           // segments
	Ssthresh         int           // segments; 0: not set yet
	SRTT, RTTVar     time.Duration // 0: unknown
	RTO              time.Duration
	SegmentsRepeated int64
}

// Info asks a TCP connection for its state.
func (c *Conn) Info() (Info, error) {
	var told tcpip.TCPInfoOption
	if err := c.ep.GetSockOpt(&told); err != nil {
		return Info{}, translate(err)
	}
	info := Info{
		State: spelling(tcp.EndpointState(told.State)), Cwnd: int(told.SndCwnd),
		SRTT: told.RTT, RTTVar: told.RTTVar, RTO: told.RTO,
	}
	const unset = 1 << 30 // from here on gVisor means that it is not set
	if told.SndSsthresh < unset {
		info.Ssthresh = int(told.SndSsthresh)
	}
	if stats, ok := c.ep.Stats().(*tcp.Stats); ok {
		info.SegmentsRepeated = int64(stats.SendErrors.Retransmits.Value())
	}
	return info, nil
}
