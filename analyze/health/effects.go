package health

import (
	"math"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/analyze/vantage"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Measurement is what can be made untrustworthy.
type Measurement uint8

// The measurements, in the order of output.
const (
	RTT             Measurement = iota
	InFlight                    // and pipe
	Causes                      // of retransmissions
	Window                      // that a side advertises
	Limits                      // what limited the sender, and its congestion window
	States                      // the paths of both endpoints
	Goodput                     // and throughput
	Behaviour                   // of the endpoints
	NumMeasurements int         = iota
)

var measurementNames = [NumMeasurements]string{"rtt", "in_flight", "causes", "window", "limits", "states", "goodput", "behaviour"}

// String returns the name used in JSON.
func (m Measurement) String() string { return measurementNames[m] }

// Trust says how far a measurement can be believed.
type Trust uint8

// The degrees.
const (
	Good    Trust = iota
	Reduced       // right for the most part, with the doubts told
	Nothing       // not known, or as good as
)

var trustNames = [...]string{"good", "reduced", "none"}

// String returns the name used in JSON.
func (t Trust) String() string { return trustNames[t] }

// Doubt is why a measurement is not to be trusted in full.
type Doubt struct {
	Measurement Measurement
	Trust       Trust
	Code        finding.Code // that shows the problem; None where the place of the tap is the problem
	Why         string
}

// Result is what is wrong with a connection, and what that harms.
type Result struct {
	Sides  [2]Side
	Clock  Clock
	Trust  [NumMeasurements]Trust
	Doubts []Doubt // by measurement, then in the order of the table
}

// effects says what each finding harms, and why. What is not here harms
// nothing: copies and oversized IP lengths are seen through, and a snapshot that
// cut the payload alone leaves all numbers.
var effects = [...]Doubt{
	{RTT, Nothing, finding.OneDirectionOnly, "nothing that answers was captured"},
	{InFlight, Nothing, finding.OneDirectionOnly, "what the other side acknowledges was not captured"},
	{Causes, Reduced, finding.OneDirectionOnly, "the acknowledgements that set a retransmission off were not captured"},
	{Window, Reduced, finding.OneDirectionOnly, "one side's windows alone were captured"},
	{Limits, Nothing, finding.OneDirectionOnly, "acknowledgements and windows of the other side were not captured"},
	{States, Reduced, finding.OneDirectionOnly, "one side is known by what the other acknowledges"},
	{Goodput, Reduced, finding.OneDirectionOnly, "when data arrived is not known"},
	{Behaviour, Nothing, finding.OneDirectionOnly, "how a side answers was not captured"},

	{RTT, Reduced, finding.PacketsMissing, "what answered a segment may be what is missing"},
	{InFlight, Reduced, finding.PacketsMissing, "missing bytes count from when something later passed"},
	{Causes, Reduced, finding.PacketsMissing, "the first copy of a segment may be what is missing"},
	{Limits, Reduced, finding.PacketsMissing, "a silence may be what is missing"},
	{States, Reduced, finding.PacketsMissing, "proofs that rest on nothing else having passed are weaker"},
	{Goodput, Reduced, finding.PacketsMissing, "bytes that were not captured are left out"},
	{Behaviour, Reduced, finding.PacketsMissing, "acknowledgements may be what is missing"},

	{RTT, Reduced, finding.PacketsDroppedByCapture, "what answered a segment may be what the recorder lost"},
	{InFlight, Reduced, finding.PacketsDroppedByCapture, "acknowledgements may be what the recorder lost"},
	{Causes, Reduced, finding.PacketsDroppedByCapture, "the first copy of a segment may be what the recorder lost"},
	{Limits, Reduced, finding.PacketsDroppedByCapture, "a silence may be what the recorder lost"},
	{States, Reduced, finding.PacketsDroppedByCapture, "transitions may be in what the recorder lost"},
	{Behaviour, Reduced, finding.PacketsDroppedByCapture, "acknowledgements may be what the recorder lost"},

	{RTT, Reduced, finding.ClockStep, "a time across the step is wrong"},
	{Causes, Reduced, finding.ClockStep, "timers are judged by the clock"},
	{Limits, Reduced, finding.ClockStep, "shares of time count the step"},
	{Goodput, Reduced, finding.ClockStep, "its time counts the step"},
	{Behaviour, Reduced, finding.ClockStep, "timers are judged by the clock"},

	{RTT, Reduced, finding.HeaderCut, "timestamps may have been cut off"},
	{Causes, Reduced, finding.HeaderCut, "SACK and timestamps may have been cut off"},
	{Window, Reduced, finding.HeaderCut, "windows or their scale may have been cut off"},
	{Behaviour, Reduced, finding.HeaderCut, "options may have been cut off"},

	{Limits, Reduced, finding.OffloadSegments, "what was captured as one segment was several on the path"},
	{Behaviour, Reduced, finding.OffloadSegments, "what was captured as one segment was several on the path"},
	{Causes, Reduced, finding.BadChecksum, "receivers drop segments with a wrong checksum"},

	{InFlight, Reduced, finding.CaptureStartsMidStream, "what was on the way before is not known"},
	{Limits, Reduced, finding.CaptureStartsMidStream, "how the windows grew before is not known"},
	{States, Reduced, finding.CaptureStartsMidStream, "how it opened is assumed"},
	{Window, Nothing, finding.UnknownWindowScale, "windows may be larger than shown"},
	{Limits, Reduced, finding.UnknownWindowScale, "whether the window was full is not known"},

	{States, Reduced, finding.CaptureTruncated, "the close may be in what is missing"},
	{States, Reduced, finding.BadBlock, "transitions may be in what could not be read"},
	{States, Reduced, finding.TableFull, "the connection was given up before its end"},
}

// Result returns what is wrong with a connection that has ended. What that harms
// is not judged yet; see Judge.
func (t *Tracker) Result(c *reconstruct.Connection) Result {
	r := Result{Sides: t.sides, Clock: Clock{Back: t.back, BackMost: t.most, Forward: t.forward()}}
	for _, side := range reconstruct.Sides {
		h, s := &c.Half[side], &r.Sides[side]
		if h.Packets > 0 {
			s.Missing = h.Missing
		}
		s.UnseenACKs = h.Counts[reconstruct.UnseenACK]
		s.Duplicates = h.Counts[reconstruct.Duplicate]
	}
	return r
}

// Findings returns what is worth telling and no other package tells.
func (r *Result) Findings() []finding.Finding {
	if r.Clock.Forward == 0 {
		return nil
	}
	return []finding.Finding{finding.New(finding.ClockStep, 0,
		"timestamps jump ahead by %s, which the clocks of both sides did not", r.Clock.Forward.Round(time.Millisecond))}
}

// Judge fills in which measurements of the connection can be trusted, given all
// its findings and where the tap was.
func (r *Result) Judge(c *reconstruct.Connection, found []finding.Finding, tap *vantage.Result) {
	r.judge(found)
	r.judgePlace(c, tap)
	r.judgeOffload(tap)
	slices.SortStableFunc(r.Doubts, func(a, b Doubt) int { return int(a.Measurement) - int(b.Measurement) })
}

// judge looks the findings up.
func (r *Result) judge(found []finding.Finding) {
	if len(found) == 0 {
		return
	}
	var told [math.MaxUint8 + 1]bool // by code
	for _, f := range found {
		told[f.Code] = true
	}
	for _, e := range effects {
		if told[e.Code] {
			r.doubt(e)
		}
	}
}

func (r *Result) doubt(d Doubt) {
	r.Doubts = append(r.Doubts, d)
	r.Trust[d.Measurement] = max(r.Trust[d.Measurement], d.Trust)
}

// near is the round trip up to which a tap is near both sides.
const near = 2 * time.Millisecond

// places are those of a tap at a side.
var places = [2]state.Vantage{reconstruct.Client: state.VantageClient, reconstruct.Server: state.VantageServer}

// judgePlace tells what the place of the tap harms: what is on the way, and
// what limits it, shows at the sender alone.
func (r *Result) judgePlace(c *reconstruct.Connection, tap *vantage.Result) {
	sender := reconstruct.Client
	if c.Half[reconstruct.Server].Unique > c.Half[reconstruct.Client].Unique {
		sender = reconstruct.Server
	}
	if c.Half[sender].Unique == 0 {
		return
	}
	at := places[sender]
	client, server := &tap.Half[reconstruct.Client], &tap.Half[reconstruct.Server]
	switch v := tap.Vantage; {
	case v == at:
	case v == state.VantageUnknown && client.Known && server.Known && client.Least+server.Least < near:
	case v == state.VantageUnknown:
		r.doubt(Doubt{RTT, Reduced, finding.None, "where the tap was is not known: it may be half of one"})
		r.doubt(Doubt{InFlight, Reduced, finding.None, "where the tap was is not known: more may have been on the way"})
	default:
		r.doubt(Doubt{RTT, Reduced, finding.None, "from the tap to the receiver alone; see the other half"})
		r.doubt(Doubt{InFlight, Reduced, finding.None, "the tap was not at the sender: more was on the way"})
		r.doubt(Doubt{Limits, Reduced, finding.None, "the tap was not at the sender: its bursts and pauses arrive changed"})
	}
}

// judgeOffload tells where segments were joined: at the host where the tap was,
// before the path or after it.
func (r *Result) judgeOffload(tap *vantage.Result) {
	for _, side := range reconstruct.Sides {
		s, at := &r.Sides[side], places[side]
		switch {
		case s.Offload == 0:
		case tap.Vantage == at:
			s.By = JoinedSending
		case tap.Vantage == places[side.Peer()]:
			s.By = JoinedReceiving
		}
	}
}
