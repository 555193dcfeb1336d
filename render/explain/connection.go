package explain

import (
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// shownRows bounds how many segments the arithmetic can choose from.
const shownRows = 60

// Rows are the options of the ladder that Connection wants.
func Rows() ladder.Options { return ladder.Options{Rows: shownRows} }

// teller tells of one connection.
type teller struct {
	*analyze.Connection
	items []ladder.Item
	rows  map[capture.FrameNumber]*ladder.Row
}

func newTeller(c *analyze.Connection, l *ladder.Ladder) *teller {
	t := &teller{c, l.Items, map[capture.FrameNumber]*ladder.Row{}}
	for _, i := range l.Items {
		if i.Row != nil {
			t.rows[i.Row.Frame] = i.Row
		}
	}
	return t
}

// Connection tells a connection in words. The ladder holds those of its segments
// whose numbers are told.
func Connection(file string, c *analyze.Connection, l *ladder.Ladder) *Document {
	t := newTeller(c, l)
	number := c.Number
	d := New(file, fmt.Sprintf("%s, connection %d: client %s, server %s", file, c.Number, c.Ends[0], c.Ends[1]))
	d.Conn = &number
	d.Add("overview", "The connection", t.overview()...)
	for _, side := range reconstruct.Sides {
		d.Add("states-"+side.String(), "States of the "+side.String(), t.states(side)...)
	}
	d.Add("refused", "Refused: TCP's answer and ICMP's", t.refused()...)
	d.Add("numbers", "Sequence and acknowledgement numbers", t.numbers()...)
	d.Add("options", "Options", t.options()...)
	d.Add("calls", "Socket calls and packets", t.calls()...)
	d.Add("diagram", "The observed diagram against the RFC's", t.diagram()...)
	d.Add("time", "Time in each state", t.stays()...)
	d.Add("latency", "What latency changes", t.latency()...)
	d.Add("rtt", "Round trips", t.roundTrips()...)
	d.Add("retransmissions", "What was sent again, and why", t.retransmissions()...)
	d.Add("flight", "Windows and data in flight", t.inFlight()...)
	d.Add("sending", "What kept each side from sending more", t.sending()...)
	d.Add("behaviour", "How each TCP behaves", t.behaves()...)
	d.Add("limits", "What this capture cannot show", t.limits()...)
	d.Add("findings", "Findings", findings(t.Findings)...)
	return d
}

// ICMP tells the ICMP errors that belong to no connection; nil for none.
func ICMP(file string, found []finding.Finding) *Document {
	var icmp []finding.Finding
	for _, f := range found {
		if f.Code == finding.ICMPError {
			icmp = append(icmp, f)
		}
	}
	if len(icmp) == 0 {
		return nil
	}
	d := New(file, file+": packets of no TCP connection")
	lines := findings(icmp)
	d.Add("icmp", "ICMP errors", append(lines, contrast,
		"An ICMP error quotes the packet that it is about: its IP header and at least the first 8 octets behind it, which hold both ports (RFC 792, RFC 1122 3.2.2). So it names the socket that is told.")...)
	return d
}

// contrast is the answer of the labs' question about closed ports.
const contrast = "A closed UDP port is told by ICMP, destination unreachable with code 3, port unreachable (RFC 1122 4.1.3.1), since UDP has no answer of its own. A closed TCP port is told by TCP itself, with a reset (RFC 9293 3.10.7.1)."

func findings(list []finding.Finding) (lines []string) {
	for _, f := range list {
		line := f.Code.String()
		if f.Frame != 0 {
			line += fmt.Sprintf(" at frame %d", f.Frame)
		}
		lines = append(lines, fmt.Sprintf("%s (%s): %s", line, f.Severity(), sentence(f.Text)))
	}
	return lines
}

// openings and closings say what the kinds mean.
var openings = [...]string{
	state.OpenMidStream:    "The capture begins after the connection did, so its opening is not in it.",
	state.OpenThreeWay:     "It opened by the three-way handshake (RFC 9293 3.5).",
	state.OpenSimultaneous: "It opened simultaneously: both sides sent a SYN before the other's came (RFC 9293 3.5).",
	state.OpenFastOpen:     "It opened with data in the SYN that the server took at once (TCP Fast Open, RFC 7413).",
	state.OpenRefused:      "It was refused: the SYN was answered by a reset (RFC 9293 3.10.7.1).",
	state.OpenUnanswered:   "It never opened: no answer to the SYN was captured.",
	state.OpenHalfOpen:     "It never opened in full: a SYN,ACK was sent, and no acknowledgement of it was captured.",
}

var closings = [...]string{
	state.CloseOpen:          "No close was captured: it was open when the capture ended, as far as this tells.",
	state.CloseClientFirst:   "The client closed first: the server's FIN was sent after the client's had come.",
	state.CloseServerFirst:   "The server closed first: the client's FIN was sent after the server's had come.",
	state.CloseSimultaneous:  "Both sides closed simultaneously: each sent its FIN before the other's came (RFC 9293 3.6, case 3).",
	state.CloseResetByClient: "The client ended it with a reset.",
	state.CloseResetByServer: "The server ended it with a reset.",
	state.CloseHalfClosed:    "One side alone closed; no FIN of the other was captured.",
	state.CloseNone:          "Neither side was ever ESTABLISHED, so there was nothing to close.",
	state.CloseUnknown:       "Who closed first cannot be known from the capture.",
}

func (t *teller) overview() (lines []string) {
	lines = append(lines, openings[t.States.Open])
	closing := closings[t.States.Close]
	if t.States.CloseDetail != "" && t.States.Close != state.CloseNone {
		closing += " In detail: " + t.States.CloseDetail + "."
	}
	lines = append(lines, closing)
	span := t.End.Sub(t.Start)
	lines = append(lines, fmt.Sprintf("The capture holds %s of it, frames %d to %d, in %s s. Times below are in seconds after its first packet, by the clock of the capture.",
		Count(t.Packets(), "packet"), t.First, t.Last, Time(span)))
	if span < 0 {
		lines = append(lines, "That is less than nothing: the clock went back, or the packets are not in the order in which they were recorded. No time of this connection can be relied on.")
	}
	if !t.RolesObserved {
		lines = append(lines, "No SYN was captured, so who is called client here and who server is assumed.")
	}
	return append(lines, t.tap())
}

// tap says where the capture was taken, and what follows for times.
func (t *teller) tap() string {
	how := ""
	if e := t.Vantage.Evidence(); e != "" {
		how = fmt.Sprintf(" (%s: %s)", t.Vantage.Certainty, e)
	}
	switch v := t.States.Vantage; v {
	case state.VantageClient, state.VantageServer:
		return fmt.Sprintf("It was taken at the %s%s, so times of that side are the tap's own, and those of the other side are known within bounds.", v, how)
	case state.VantageBetween:
		return "It was taken between the two" + how + ", so times of both are known within bounds."
	case state.VantageAfterDelay:
		return "It was taken behind the delay of a loopback" + how + ": packets were seen as they arrived, not as they left."
	}
	return "Where it was taken is not known, so the capture bounds the times of both sides and gives none exactly."
}

// flags names a segment by its flags.
func flags(f decode.Flags) string {
	if f == 0 {
		return "a segment that was not captured"
	}
	return "a segment with " + f.String()
}

// Time prints a time in seconds with six places, or with nine where it has nanoseconds.
func Time(d time.Duration) string {
	if d%time.Microsecond == 0 {
		return fmt.Sprintf("%.6f", float64(d/time.Microsecond)/1e6)
	}
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	return fmt.Sprintf("%s%d.%09d", sign, d/time.Second, d%time.Second)
}

// Count prints a number with what it counts, in the plural where that is due.
func Count(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
