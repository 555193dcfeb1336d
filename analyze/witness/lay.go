package witness

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Verdict says how an observation stands to the capture.
type Verdict uint8

// The verdicts.
const (
	Incomparable Verdict = iota
	Agrees
	Differs
)

var verdictNames = [...]string{"cannot-be-compared", "agrees", "differs"}

// String returns the name used in JSON.
func (v Verdict) String() string { return verdictNames[v] }

// Comparison lays one observation beside what the capture says.
type Comparison struct {
	Text  string // name of the text
	Tool  Tool
	Line  int // of the text; 0 for what the text should have and lacks
	Conn  int
	Side  reconstruct.Side
	About string // state, change, round-trips, or the name of a value
	Shown string // by the tool, in its words
	Ours  string // what the capture says, empty where it says nothing
	Frame capture.FrameNumber

	Verdict Verdict
	Why     string

	When     time.Duration // since the connection's first packet, on the capture's clock
	HasWhen  bool
	Number   int64 // that the tool showed, in Unit
	Range    Range // of ours
	Unit     Unit
	IsNumber bool

	text int // index of the text
	row  int // where in it: its line, or behind which line something is lacking
}

// Account is what a capture's connections have to say to texts.
type Account struct {
	Of      map[int][]Comparison // by the number of the connection, by text and line
	Clocks  []Clock              // of each text
	Matched []map[int]bool       // of each text: its observations that are of some connection
	Cut     bool                 // there were more comparisons than MaxComparisons
}

// MaxComparisons bounds what Lay returns.
const MaxComparisons = 1_000_000

// maxGroup bounds the work on one socket: its rows times its changes.
const maxGroup = 1_000_000

// Lay compares texts with the connections of one capture.
func Lay(texts []*Text, conns []*Connection) *Account {
	l := &layer{account: &Account{Of: map[int][]Comparison{}}, conns: conns, endpoints: map[ports][]place{}, again: map[tuple]int{}}
	for i, c := range conns {
		c.index = i
		l.again[tupleOf(c)]++
		for _, side := range reconstruct.Sides {
			if c.SelfConnect && side == reconstruct.Server {
				continue
			}
			local, remote := c.Ends[side].Port, c.Ends[side.Peer()].Port
			for _, key := range [...]ports{{local, remote}, {local, 0}, {0, remote}} {
				l.endpoints[key] = append(l.endpoints[key], place{i, side})
			}
		}
	}
	for _, text := range texts {
		l.lay(text)
	}
	for _, all := range l.account.Of {
		slices.SortStableFunc(all, func(a, b Comparison) int {
			return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.Side, b.Side), cmp.Compare(a.row, b.row))
		})
	}
	return l.account
}

type ports struct{ local, remote uint16 }

// place is one endpoint of a connection, by its index.
type place struct {
	conn int
	side reconstruct.Side
}

// tuple is the addresses and ports of a connection.
type tuple [2]netip.AddrPort

func tupleOf(c *Connection) tuple {
	return tuple{c.Ends[reconstruct.Client].AddrPort(), c.Ends[reconstruct.Server].AddrPort()}
}

// layer is the state of one Lay.
type layer struct {
	account   *Account
	conns     []*Connection
	endpoints map[ports][]place
	again     map[tuple]int // connections of the same addresses and ports
	count     int

	text    *Text
	clock   Clock
	matched map[int]bool
}

// lay compares one text.
func (l *layer) lay(text *Text) {
	l.text, l.matched = text, map[int]bool{}
	found := l.find()
	groups := l.groups(found)
	l.clock = l.align(found, groups)
	for i := range text.Observations {
		o := &text.Observations[i]
		if o.Kind == Change && !o.listens() {
			continue
		}
		for _, p := range found[i] {
			l.compare(o, p)
		}
	}
	for _, g := range groups {
		l.compareChanges(g)
	}
	l.account.Clocks = append(l.account.Clocks, l.clock)
	l.account.Matched = append(l.account.Matched, l.matched)
}

// find returns the endpoints that each observation can be of.
func (l *layer) find() [][]place {
	found := make([][]place, len(l.text.Observations))
	byRun := l.runs()
	work := 0
	for i := range found {
		o := &l.text.Observations[i]
		if work > MaxComparisons {
			l.account.Cut = true
			break
		}
		found[i] = l.places(o, byRun)
		work += len(found[i])
		if len(found[i]) > 0 {
			l.matched[i] = true
		}
	}
	return found
}

func (l *layer) places(o *Observation, byRun map[int]int) (all []place) {
	switch {
	case o.Role != NoRole:
		if i, known := byRun[o.Run]; known {
			all = append(all, place{i, o.Role.side()})
		}
		return all
	case o.Kind == RoundTrips:
		return l.trips(o)
	}
	if o.Kind == Change && o.Local.Port == 0 {
		return nil // of a connect() whose socket shows no more
	}
	for _, p := range l.endpoints[ports{o.Local.Port, o.Remote.Port}] {
		c := l.conns[p.conn]
		if o.listens() && p.side != reconstruct.Server {
			continue
		}
		if o.Local.matches(c.Ends[p.side]) && o.Remote.matches(c.Ends[p.side.Peer()]) {
			all = append(all, p)
		}
	}
	return all
}

// notebookPort is where the benchmark of the L41 labs listens.
const notebookPort = 10141

// runs tells which connection each run of a notebook was: by the numbers of the
// SYN-ACK that a tool saw arrive or, where there is one run and one connection,
// that one.
func (l *layer) runs() map[int]int {
	byRun, runs := map[int]int{}, map[int]bool{}
	var servers []int
	type start struct{ seq, ack uint32 }
	byStart := map[start]int{}
	for i, c := range l.conns {
		if c.Ends[reconstruct.Server].Port == notebookPort {
			servers = append(servers, i)
		}
		client, server := &c.Half[reconstruct.Client], &c.Half[reconstruct.Server]
		if client.HasISN && server.HasISN {
			byStart[start{uint32(server.ISN), uint32(client.ISN) + 1}] = i
		}
	}
	for i := range l.text.Observations {
		o := &l.text.Observations[i]
		if o.Role == NoRole {
			continue
		}
		runs[o.Run] = true
		if conn, known := byStart[start{o.Orientation.Seq, o.Orientation.Ack}]; known && o.Orientation.SYNACK {
			byRun[o.Run] = conn
		}
	}
	if len(servers) == 0 && len(l.conns) == 1 {
		servers = []int{0}
	}
	if len(runs) == 1 && len(servers) == 1 && len(byRun) == 0 {
		for run := range runs {
			byRun[run] = servers[0]
		}
	}
	return byRun
}

// add keeps a comparison of an endpoint.
func (l *layer) add(p place, c Comparison) {
	if l.count == MaxComparisons {
		l.account.Cut = true
		return
	}
	l.count++
	number := l.conns[p.conn].Number
	c.Text, c.Conn, c.Side, c.text = l.text.Name, number, p.side, len(l.account.Clocks)
	if c.row == 0 {
		c.row = c.Line
	}
	l.account.Of[number] = append(l.account.Of[number], c)
}

// compare lays an observation beside one endpoint.
func (l *layer) compare(o *Observation, p place) {
	switch {
	case o.listens():
		l.add(p, l.listener(o, p))
		return
	case o.Kind == RoundTrips:
		l.add(p, l.roundTrips(o, p))
		return
	case o.Kind == InState:
		l.add(p, l.snapshot(o, p))
	case len(o.Values) == 0:
		c := l.of(o, p, "state")
		c.Why = "ss prints no state where a single one was asked for"
		l.add(p, c)
	}
	l.values(o, p)
}

// of begins a comparison of an observation.
func (l *layer) of(o *Observation, p place, about string) Comparison {
	c := Comparison{Tool: o.Tool, Line: o.Line, About: about, Shown: o.Shown}
	if at, _, ok := l.clock.place(o.Time); ok {
		c.When, c.HasWhen = l.conns[p.conn].at(at), true
	}
	return c
}
