// Package limit tells what kept each side of a connection from sending more,
// and how large its congestion window was meanwhile.
//
// Input is each reconstruct.Step in order, with what its sender has on the way
// (package flight), the round trips so far (package rtt) and the cause of a
// segment sent again (package loss). Outputs are the State of the side that a
// step is about, just after it, and at the end a Result for each side:
//
//	var t limit.Tracker
//	t.Observe(step, &flights, &times, cause)
//	if s, ok := t.State(step); ok { fmt.Println(s.Limit, s.Phase, s.Cwnd, s.Estimate) }
//
// The congestion window is in no header. It shows where it binds: a sender that
// has data, room in the receive window, and answers each acknowledgement at
// once fills its congestion window every time, so the window is the most that
// its pipe (RFC 6675) held between two acknowledgements. The idea is that of
// Jaiswal et al. (INFOCOM 2004), without their replica of a TCP: no algorithm
// is assumed, neither how the window grows (Reno, CUBIC, by octets or by
// acknowledgements) nor to what a loss cuts it. Where the window does not bind,
// Cwnd is the most that was seen in the pipe, and the true one is no less.
//
// What was seen in the pipe since the latest reduction is less than the window
// in two cases, for which the growth of the rounds before is carried on. In slow
// start the window grows by what is acknowledged: a sender that leaves that
// unused was not held back by its window. With segmentation offload a sender
// waits until a whole super-segment fits, so that up to one of them is missing
// from the pipe; where the growth changes meanwhile, the estimate is too low by
// part of a super-segment for a round or two.
//
// Cwnd and Ssthresh are octets of payload. A Linux sender counts segments: its
// snd_cwnd is Cwnd divided by the length of a full segment, options not
// counted. An estimate is therefore rounded up to whole segments.
//
// What limits a sender is what holds its next segment back (after T-RAT: Zhang
// et al., SIGCOMM 2002; Siekkinen et al., 2005):
//
//   - rwnd: the peer's window takes less than a full segment, or than a
//     super-segment where there are such; with nothing on the way, where a probe,
//     or what it does when the window opens, shows that something waited;
//   - cwnd: it is in recovery, waits for its timer, or fills the same or a
//     growing level upon acknowledgements, with full segments;
//   - app: nothing is on the way, its latest segment was short, or it was silent,
//     with room, after PSH; a send buffer that is too small looks the same;
//   - path: it has full segments and room, but for the most part sends them
//     unasked, not upon acknowledgements: it paces itself to the rate that it
//     measures of the path, as BBR does (draft-ietf-ccwg-bbr section 5.6). A
//     queue that a sender without pacing fills does not count: what holds that
//     one back is cwnd;
//   - unknown: the tap is not near the sender, the scale of the window is not
//     known, the sender is silent in a recovery although acknowledgements come,
//     an answer left room for no reason that shows, or nothing of the above is
//     evident.
//
// An answer is prompt within 0.2 ms, and twice the way from the tap to the sender.
// What an application writes so shortly after an acknowledgement looks like an
// answer to it, and what it writes later, without pauses, may pass for pacing.
//
// The interval between two events is judged when it ends, for the shares; the
// State of a step is judged by what passed until then. The phases: slow start
// until a loss, an ECN mark, or two rounds in which the window grew by less than
// a quarter (HyStart, RFC 9406, or a remembered threshold); recovery until what
// was sent at its begin is acknowledged (RFC 6582, RFC 6675; RFC 6937 says how
// much is sent meanwhile); time-out wait from the silence before the timer's
// retransmission to the first acknowledgement after it, then slow start again.
// Ssthresh is where a recovery ended or a slow start turned into avoidance; it
// is not known before.
//
// The package refuses to name a congestion control, and to estimate a window
// where the round trip from the tap to the sender is more than a quarter of
// that to the receiver: there it is in flight on the wrong side. It holds a
// fixed number of octets for a connection.
package limit
