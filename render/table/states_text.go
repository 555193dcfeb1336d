package table

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// StatesText writes the paths of connections for people.
type StatesText struct {
	Style Style
	Files bool // titles name the file
	All   bool // every alternative, however unlikely
}

// pathHeadings are the columns of a path.
var pathHeadings = [...]heading{
	{name: ""},
	{name: "time s"},
	{name: "frame", right: true},
	{name: "from"},
	{name: "to"},
	{name: "by"},
	{name: "certainty"},
	{name: "shown by"},
	{name: "rule"},
	{name: "evidence"},
}

// narrowHeadings is how many of them stand side by side on a narrow terminal.
const narrowHeadings = 7

// roomForEvidence is how wide a terminal must be for the evidence to stand in
// the line of its transition; otherwise it has a line of its own.
const roomForEvidence = 160

func (t *StatesText) narrow() bool { return t.Style.Width > 0 && t.Style.Width < roomForEvidence }

// Append appends everything about the states of one connection, and an empty
// line.
func (t *StatesText) Append(b []byte, c *Connection) []byte {
	var out strings.Builder
	out.WriteString(title(t.Style, c, t.Files))
	out.WriteString("  " + t.account(c) + "\n\n")
	headings := pathHeadings[:]
	if t.narrow() {
		headings = headings[:narrowHeadings]
	}
	grid := newAligner(&out, t.Style, headings)
	places := precision(c)
	for _, side := range reconstruct.Sides {
		if side != reconstruct.Client {
			verbatim(grid, "")
		}
		t.addPath(grid, c, side, places)
	}
	grid.Flush() // a strings.Builder does not fail
	t.addBeside(&out, c)
	writeFindings(&out, t.Style, c.Connection.Findings, math.MaxInt)
	out.WriteByte('\n')
	return append(b, out.String()...)
}

// account is the connection in one sentence.
func (t *StatesText) account(c *Connection) string {
	closing := c.States.Close.String()
	if c.States.CloseDetail != "" {
		closing += " (" + c.States.CloseDetail + ")"
	}
	text := "open: " + c.States.Open.String() + ", close: " + closing + "; frames " + frameRange(c) +
		" in " + string(appendFixed(nil, c.End.Sub(c.Start), 6)) + " s; tap: " + vantageWords(c)
	if !c.RolesObserved {
		text += "; roles assumed"
	}
	return text
}

func vantageWords(c *Connection) string {
	switch v := c.States.Vantage; v {
	case state.VantageClient, state.VantageServer:
		return "at the " + v.String()
	case state.VantageBetween:
		return "between the endpoints"
	case state.VantageAfterDelay:
		return "behind the delay of a loopback"
	}
	return "place unknown"
}

// likely is how many alternatives are shown of a side that has many: they come
// by likelihood, and those far down need several losses at once.
const likely = 3

// addPath adds the path of one side and the alternatives to it.
func (t *StatesText) addPath(grid *Aligner, c *Connection, side reconstruct.Side, places int) {
	who := side.String() + " " + c.Ends[side].String()
	path := c.View.Tell(c.States.Paths[side])
	verbatim(grid, t.Style.paint(bold, who)+"  "+c.pathEnd(side, len(path)))
	for i := range path {
		t.addTransition(grid, &path[i], places)
	}
	for i, a := range c.alternatives(side) {
		if left := len(c.States.Alternatives[side]) - i; i == likely && !t.All && left > 1 {
			verbatim(grid, "  "+t.Style.paint(dim, fmt.Sprintf("and %d less likely ones (-v shows them)", left)))
			break
		}
		verbatim(grid, "  "+t.Style.paint(dim, "or ")+strings.Join(departure(stateNames(path), stateNames(a.path)), " → "))
		verbatim(grid, "     "+a.why)
	}
}

// pathEnd says where a path of so many steps leads.
func (c *Connection) pathEnd(side reconstruct.Side, steps int) string {
	final := c.finalState(side)
	switch {
	case final == "":
		return "shows no state"
	case steps == 0:
		return "stays in " + final
	}
	return "ends in " + final
}

func verbatim(grid *Aligner, line string) { grid.Write([]byte(line + "\n")) }

func (t *StatesText) addTransition(grid *Aligner, told *state.Told, places int) {
	cells := append([]string{""}, transitionCells(told, places)...)
	cells[narrowHeadings-1] = t.Style.paint(certaintyColor(told.Certainty), cells[narrowHeadings-1])
	last := len(cells) - 1
	evidence := cells[last]
	if cells[last] = t.Style.paint(dim, evidence); t.narrow() {
		cells = cells[:narrowHeadings]
	}
	verbatim(grid, strings.Join(cells, "\t"))
	if t.narrow() {
		if told.ProofFrame != 0 {
			evidence = shownBy(told) + ": " + evidence
		}
		verbatim(grid, "    "+t.Style.paint(dim, evidence+" ("+told.RFC+")"))
	}
}

// transitionCells is a transition under the headings of a path, but for the
// first.
func transitionCells(told *state.Told, places int) []string {
	return []string{
		Interval(told, places), number0(int64(told.Frame)), told.From, "→ " + told.To, Event(told),
		told.Certainty.String(), shownBy(told), told.RFC, told.Why + implied(told),
	}
}

// Event says what moved the endpoint.
func Event(t *state.Told) string {
	segment := t.Flags.String()
	if t.Flags == 0 {
		segment = "a segment not captured"
	}
	switch t.Cause {
	case state.Sent:
		return "sends " + segment
	case state.Received:
		return "receives " + segment
	case state.Timer:
		return "timer"
	}
	if t.Call == "" {
		return "local"
	}
	return t.Call
}

// implied names the local call behind a segment.
func implied(t *state.Told) string {
	if t.Call == "" || t.Cause == state.Local {
		return ""
	}
	return "; implies " + t.Call
}

func shownBy(t *state.Told) string {
	if t.ProofFrame == 0 {
		return ""
	}
	return "frame " + strconv.FormatInt(int64(t.ProofFrame), 10)
}

func number0(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// Interval prints when a transition happened, as far as the capture tells, in
// seconds with so many places.
func Interval(t *state.Told, places int) string {
	earliest, latest := string(appendFixed(nil, t.Earliest, places)), string(appendFixed(nil, t.Latest, places))
	switch {
	case t.HasEarliest && t.HasLatest && t.Earliest == t.Latest:
		return earliest
	case t.HasEarliest && t.HasLatest:
		return earliest + "–" + latest
	case t.HasEarliest:
		return earliest + " or later"
	case t.HasLatest:
		return latest + " or earlier"
	}
	return "not known"
}

func stateNames(path []state.Told) []string {
	var list []string
	for i, t := range path {
		if i == 0 {
			list = append(list, t.From)
		}
		if i > 0 && t.From != path[i-1].To {
			list = append(list, t.From) // a system may jump: a new socket
		}
		list = append(list, t.To)
	}
	return list
}

// departure shortens an alternative to what differs: the last state that both
// share, and what follows.
func departure(path, other []string) []string {
	same := 0
	for same < len(path) && same < len(other) && path[same] == other[same] {
		same++
	}
	if same < 2 {
		return other
	}
	return append([]string{"…"}, other[same-1:]...)
}

// precision is how many places the times of a connection need, 6 or 9: those
// of a capture in microseconds all end in zeros.
func precision(c *Connection) int {
	for _, side := range reconstruct.Sides {
		for _, t := range c.States.Paths[side] {
			if t.Earliest%time.Microsecond != 0 || t.Latest%time.Microsecond != 0 {
				return 9
			}
		}
	}
	return 6
}

// appendFixed writes seconds with a fixed number of places, rounded towards
// zero.
func appendFixed(b []byte, d time.Duration, places int) []byte {
	n := uint64(d)
	if d < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendUint(b, n/1e9, 10)
	b = append(b, '.')
	unit := uint64(1e8)
	for range places {
		b = append(b, '0'+byte(n/unit%10))
		unit /= 10
	}
	return b
}
