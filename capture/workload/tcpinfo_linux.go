package workload

import (
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// Info reads TCP_INFO. It needs Linux 5.4, which was the first to tell the
// peer's window.
func (c *kernelConn) Info() (Info, error) {
	var raw *unix.TCPInfo
	err := c.with(func(fd int) (err error) {
		raw, err = unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		return err
	})
	if err != nil {
		return Info{}, err
	}
	return infoOf(raw), nil
}

// infoOf translates: the kernel counts windows in segments and times in
// microseconds, and has its own marks for "not known yet".
func infoOf(raw *unix.TCPInfo) Info {
	info := Info{
		State:         kernelState(raw.State),
		MSS:           int(raw.Snd_mss),
		Cwnd:          int(raw.Snd_cwnd),
		SRTT:          micro(raw.Rtt),
		RTTVar:        micro(raw.Rttvar),
		RTO:           micro(raw.Rto),
		SendWindow:    int64(raw.Snd_wnd),
		ReceiveSpace:  int64(raw.Rcv_space),
		Unacked:       int(raw.Unacked),
		Retransmits:   int(raw.Retransmits),
		TotalRetrans:  int(raw.Total_retrans),
		DeliveryRate:  int64(raw.Delivery_rate),
		Busy:          time.Duration(raw.Busy_time) * time.Microsecond,
		RwndLimited:   time.Duration(raw.Rwnd_limited) * time.Microsecond,
		SndbufLimited: time.Duration(raw.Sndbuf_limited) * time.Microsecond,
		BytesAcked:    int64(raw.Bytes_acked),
		BytesReceived: int64(raw.Bytes_received),
	}
	const infinite = 0x7fffffff // TCP_INFINITE_SSTHRESH
	if raw.Snd_ssthresh < infinite {
		info.Ssthresh = int(raw.Snd_ssthresh)
	}
	if raw.Min_rtt != math.MaxUint32 {
		info.MinRTT = micro(raw.Min_rtt)
	}
	return info
}

func micro(n uint32) time.Duration { return time.Duration(n) * time.Microsecond }

// kernelState is the RFC's name of a state of include/net/tcp_states.h.
func kernelState(n uint8) string {
	names := [...]string{
		"", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
		"CLOSED", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "SYN-RECEIVED",
	}
	if int(n) >= len(names) {
		return ""
	}
	return names[n]
}
