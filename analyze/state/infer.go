package state

import (
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// defaultSlack stands in for the round trip of a connection whose handshake
// was not captured whole. It is the least retransmission time-out in common
// use, so a repetition later than this is not one still under way.
const defaultSlack = 200 * time.Millisecond

// Alternative is another path that the capture allows.
type Alternative struct {
	Path Path
	Why  string
}

// Result is what the capture shows of both endpoints of one connection.
type Result struct {
	Open         Open
	Close        Close
	CloseDetail  string
	Vantage      Vantage
	Start        [2]State // where each path starts: CLOSED, or ESTABLISHED in mid-stream
	Known        [2]bool  // the endpoint has a path, if only its start
	Paths        [2]Path
	Alternatives [2][]Alternative
	Findings     []finding.Finding

	// HandshakeRTT is the time from the client's SYN to its acknowledgement of
	// the SYN,ACK, 0 if unknown: one round trip wherever the tap was, plus what
	// both ends took to answer. A repeated segment makes it unknown, since
	// nothing tells which copy was answered (Karn; RFC 6298 section 3).
	HandshakeRTT time.Duration
}

// Final returns the state in which a side ends; ok is false where the capture
// tells nothing of it.
func (r *Result) Final(side reconstruct.Side) (s State, ok bool) {
	if !r.Known[side] {
		return Closed, false
	}
	if final, ok := r.Paths[side].Final(); ok {
		return final, true
	}
	return r.Start[side], true
}

// Inferrer turns the facts of connections into paths. It holds the state
// machine and what one inference can leave for the next to use again; use it
// for any number of connections, from one goroutine.
type Inferrer struct {
	Brief bool // leaves out the alternative paths, which costs least

	walk walk
	list []occurrence
}

// NewInferrer returns an Inferrer.
func NewInferrer() *Inferrer { return &Inferrer{walk: walk{machine: newMachine()}} }

// Infer returns the paths of both endpoints of a connection whose segments the
// tracker has observed, at a tap that package vantage has placed.
//
// Every order of events that the sequence and acknowledgement numbers allow is
// played through the state machine (RFC 9293 section 3.10). The one that needs
// the fewest losses and reorderings is the path, the others are listed; a
// transition is called proven only if all of them agree on it.
func (in *Inferrer) Infer(conn *reconstruct.Connection, t *Tracker, v Vantage) Result {
	var r Result
	r.Vantage = v
	r.HandshakeRTT, _ = t.handshakeRTT()
	for _, side := range reconstruct.Sides {
		s := t.story(conn, side, r.Vantage)
		s.list = in.list[:0]
		s.tell()
		if s.begun {
			s.tellResets(t.resets)
			s.tellReuse()
			s.tellGivingUp()
		}
		r.Start[side], r.Known[side] = s.start, s.begun
		in.choose(&r, s)
		in.list = s.list
	}
	t.classify(conn, &r)
	return r
}

// choose takes the most probable explanation of a side as its path.
func (in *Inferrer) choose(r *Result, s *story) {
	if !s.begun {
		return
	}
	all := in.walk.explain(s)
	if len(all) == 0 {
		r.Known[s.side] = false
		r.Findings = append(r.Findings, finding.New(finding.NotRFC, s.x.first.frame,
			"the segments of the %s fit no order of events that RFC 9293 allows", s.side))
		return
	}
	agreed := countEdges(all)
	r.Paths[s.side] = s.path(&all[0], &agreed, len(all))
	if in.Brief {
		return
	}
	for i := range all[1:] {
		e := &all[1+i]
		r.Alternatives[s.side] = append(r.Alternatives[s.side], Alternative{s.path(e, &agreed, len(all)), s.difference(&all[0], e)})
	}
}

// difference tells in words where an explanation leaves the chosen one.
func (s *story) difference(chosen, other *explanation) string {
	a, b := chosen.path(), other.path()
	i := 0
	for i < len(a) && i < len(b) && a[i].rule == b[i].rule {
		i++
	}
	at := s.start
	if i > 0 {
		at = a[i-1].rule.To
	}
	switch {
	case i == len(b):
		return "stays in " + at.String() + ", if what would have moved it on was lost after the tap"
	case i == len(a):
		return "goes on to " + b[i].rule.To.String() + ", if what the capture does not prove did happen"
	}
	return fmt.Sprintf("%s instead of %s after %s, if segments were lost or reordered between the tap and the %s",
		b[i].rule.To, a[i].rule.To, at, s.side)
}

// story prepares the account of one side.
func (t *Tracker) story(conn *reconstruct.Connection, side reconstruct.Side, v Vantage) *story {
	s := &story{x: &t.side[side], y: &t.side[side.Peer()], conn: conn, side: side, slack: t.slack()}
	if conn.SelfConnect {
		s.x, s.y = &t.side[reconstruct.Client], &t.side[reconstruct.Client]
	}
	s.near = v == VantageClient && side == reconstruct.Client || v == VantageServer && side == reconstruct.Server
	s.ownHidden, s.peersHidden = t.hiddenFIN(conn, side), t.hiddenFIN(conn, side.Peer())
	s.missing = conn.Half[reconstruct.Client].Missing+conn.Half[reconstruct.Server].Missing > 0 ||
		s.x.ackFIN.first.before(s.y.fin.first) || s.y.ackFIN.first.before(s.x.fin.first)
	return s
}

// hiddenFIN tells whether a side most probably sent a FIN that the capture
// lacks: the other side acknowledges one octet more than was captured, as the
// last of the stream, and closes too.
func (t *Tracker) hiddenFIN(conn *reconstruct.Connection, side reconstruct.Side) bool {
	other := &t.side[side.Peer()]
	return !conn.SelfConnect && !t.side[side].fin.seen() && other.fin.seen() && other.unseen.seen() && other.unseenAt == conn.Half[side].Max
}

// slack is how long a segment can be on its way past the tap and its answer on
// the way back: one and a half round trips of the handshake.
func (t *Tracker) slack() time.Duration {
	if rtt, ok := t.handshakeRTT(); ok {
		return rtt*3/2 + time.Millisecond
	}
	return defaultSlack
}

func (t *Tracker) handshakeRTT() (rtt time.Duration, ok bool) {
	c, s := &t.side[reconstruct.Client], &t.side[reconstruct.Server]
	if c.syn.count != 1 || s.synAck.count != 1 || s.syn.seen() || !c.knowsSYN.seen() || c.knewBefore {
		return 0, false
	}
	rtt = c.knowsSYN.at - c.syn.first.at
	return rtt, rtt > 0
}
