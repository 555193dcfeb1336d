package explain

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// likely is how many alternatives are told of a side that has many.
const likely = 3

// states tells the path of a side, a transition in each line.
func (t *teller) states(side reconstruct.Side) (lines []string) {
	path := t.States.Paths[side]
	final, known := t.States.Final(side)
	switch {
	case !known:
		return []string{fmt.Sprintf("Nothing captured shows a state of the %s.", side)}
	case len(path) == 0:
		return []string{fmt.Sprintf("It is taken to be in %s from the first packet to the last; no change was captured.", final)}
	}
	for i := range path {
		lines = append(lines, t.transition(side, &path[i]))
	}
	for i, a := range t.States.Alternatives[side] {
		if left := len(t.States.Alternatives[side]) - i; i == likely && left > 1 {
			lines = append(lines, fmt.Sprintf("It allows %d other paths, less likely than these; flowstate states -v shows them.", left))
			break
		}
		names := make([]string, 0, len(a.Path)+1)
		for _, s := range a.Path.States() {
			names = append(names, s.String())
		}
		lines = append(lines, "The capture also allows another path: "+strings.Join(names, " → ")+". That is: "+sentence(a.Why))
	}
	return lines
}

// Steps tells the changes of a side, a sentence or two each: those up to
// ESTABLISHED where opening is set, else those from there on. The ladder holds
// the segments whose numbers are told, as for Connection.
func Steps(c *analyze.Connection, l *ladder.Ladder, side reconstruct.Side, opening bool) (lines []string) {
	t := newTeller(c, l)
	path := t.States.Paths[side]
	cut := 0
	for i := range path {
		if path[i].To == state.Established {
			cut = i + 1
		}
	}
	if cut == 0 && t.States.Start[side] != state.Established {
		cut = len(path) // it never was
	}
	if opening {
		path = path[:cut]
	} else {
		path = path[cut:]
	}
	for i := range path {
		lines = append(lines, t.transition(side, &path[i]))
	}
	return lines
}

// transition tells one change: what moved the endpoint, with its numbers, when,
// how that is known, and by which rule.
func (t *teller) transition(side reconstruct.Side, tr *state.Transition) string {
	text := fmt.Sprintf("%s → %s: ", tr.From, tr.To)
	text += t.cause(side, tr)
	text += ", " + when(tr) + ". " + capital(tr.Certainty.String())
	if tr.Why != "" {
		text += ": " + tr.Why
	}
	if tr.ProofFrame != 0 && tr.ProofFrame != tr.Frame {
		text += fmt.Sprintf(" (shown by frame %d%s)", tr.ProofFrame, t.short(tr.ProofFrame))
	}
	return text + ". Rule: " + tr.RFC + "."
}

// cause says who did what.
func (t *teller) cause(side reconstruct.Side, tr *state.Transition) string {
	who := "the " + side.String()
	switch tr.Cause {
	case state.Sent:
		text := who + " sends " + flags(tr.Flags) + t.place(tr.Frame)
		if tr.Call != "" {
			text += ", which implies " + implied(tr)
		}
		return text
	case state.Received:
		return who + " receives " + flags(tr.Flags) + t.place(tr.Frame)
	case state.Timer:
		return "a timer of the " + side.String() + " has run out, or its addresses are used again"
	}
	if strings.HasSuffix(tr.Call, "()") {
		return who + " calls " + tr.Call
	}
	return who + " " + cmp.Or(tr.Call, "moves on by itself")
}

// implied names the call behind a segment.
func implied(tr *state.Transition) string {
	if tr.Flags.Has(decode.RST) {
		return "an abort, by a call of the program or by the kernel"
	}
	return tr.Call
}

// place names a frame with its raw numbers, as far as they were kept.
func (t *teller) place(f capture.FrameNumber) string {
	if f == 0 {
		return ""
	}
	return fmt.Sprintf(" (frame %d%s)", f, t.short(f))
}

// short is the raw numbers of a frame.
func (t *teller) short(f capture.FrameNumber) string {
	r := t.rows[f]
	if r == nil || !r.Whole {
		return ""
	}
	text := fmt.Sprintf(", seq %d", r.Seq)
	if r.Flags.Has(decode.ACK) {
		text += fmt.Sprintf(", ack %d", r.Ack)
	}
	if r.Len > 0 {
		text += ", " + Count(int64(r.Len), "octet")
	}
	return text
}

func when(tr *state.Transition) string {
	switch {
	case tr.HasEarliest && tr.HasLatest && tr.Earliest == tr.Latest:
		return "at " + Time(tr.Earliest) + " s"
	case tr.HasEarliest && tr.HasLatest:
		return "between " + Time(tr.Earliest) + " and " + Time(tr.Latest) + " s"
	case tr.HasEarliest:
		return "at " + Time(tr.Earliest) + " s or later"
	case tr.HasLatest:
		return "at " + Time(tr.Latest) + " s or earlier"
	}
	return "at a time that is not known"
}

// stays tells the time in each state that both its ends are known of.
func (t *teller) stays() (lines []string) {
	for _, side := range reconstruct.Sides {
		for _, s := range t.States.Paths[side].Stays() {
			text := fmt.Sprintf("%s, %s: ", side, s.State)
			switch {
			case !s.Ended:
				text += "the path ends here; how long it lasts is not in the capture."
				if s.State == state.Closed {
					text = fmt.Sprintf("%s, %s: the connection is over for this side.", side, s.State)
				}
			case s.HasMost && s.Least == s.Most:
				text += Time(s.Least) + " s."
			case s.HasMost:
				text += "between " + Time(s.Least) + " and " + Time(s.Most) + " s."
			case s.Least > 0:
				text += "at least " + Time(s.Least) + " s."
			default:
				text += "not known: its beginning or its end is not in the capture."
			}
			lines = append(lines, text)
		}
	}
	return lines
}

// sentence makes words of others a sentence.
func sentence(s string) string {
	s = capital(s)
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
