package diagram

import (
	"fmt"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// words says what moved an endpoint, in the notation of the RFC's figure: the
// call, then the segment.
func words(t state.Transition) []string {
	call, _, _ := strings.Cut(t.Call, ",")
	segment := "(not captured)"
	if t.Flags != 0 {
		segment = t.Flags.String()
	}
	switch t.Cause {
	case state.Received:
		return []string{"rcv " + segment}
	case state.Sent:
		return nonEmpty(call, "snd "+segment)
	case state.Timer:
		if t.From == state.TimeWait {
			call = "2MSL timeout"
		}
		return []string{orElse(call, "timeout")}
	}
	return []string{orElse(call, "local call")}
}

func nonEmpty(lines ...string) (kept []string) {
	for _, l := range lines {
		if l != "" {
			kept = append(kept, scene.Clean(l))
		}
	}
	return kept
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return scene.Clean(s)
}

// voice says how a line of a label is set.
type voice uint8

const (
	plain  voice = iota
	client       // heads what the client did
	server       // heads what the server did
	both         // heads what both did
	remark       // a word of ours
)

// line is one line of a label.
type line struct {
	text  string
	voice voice
}

// maxTriggers keeps a merged label readable; the rest is told as a number.
const maxTriggers = 3

// labelOf returns what is written beside a link.
func (g *Graph) labelOf(l *link) []line {
	if !l.taken() {
		if g.overlaid {
			return nil
		}
		return plainLines(l.label)
	}
	lines := g.trackLabels(l)
	switch {
	case !g.overlaid:
	case l.reference == unknown:
		lines = append(lines, line{"not in RFC", remark})
	case l.reference == inText:
		lines = append(lines, line{"in the RFC's text only", remark})
	}
	return lines
}

func plainLines(label string) (lines []line) {
	for s := range strings.SplitSeq(label, "\n") {
		if s = scene.Clean(s); s != "" {
			lines = append(lines, line{s, plain})
		}
	}
	return lines
}

func (g *Graph) trackLabels(l *link) (lines []line) {
	c, s := &l.tracks[reconstruct.Client], &l.tracks[reconstruct.Server]
	if sameStory(c, s) {
		return g.trackLabel(c, "both", both)
	}
	if c.count > 0 {
		lines = g.trackLabel(c, "client", client)
	}
	if s.count > 0 {
		lines = append(lines, g.trackLabel(s, "server", server)...)
	}
	return lines
}

// sameStory tells whether both sides took a link for the same reasons equally
// often, so that one label serves both.
func sameStory(a, b *track) bool {
	if a.count != b.count || len(a.triggers) != len(b.triggers) {
		return false
	}
	for i := range a.triggers {
		if fmt.Sprint(a.triggers[i]) != fmt.Sprint(b.triggers[i]) {
			return false
		}
	}
	return true
}

// trackLabel is a heading with the side, where there are two, and the count,
// where there is more than one, above the triggers.
func (g *Graph) trackLabel(t *track, who string, v voice) (lines []line) {
	if !g.both() {
		who = ""
	}
	if g.counted() || t.count > 1 {
		who = strings.TrimSpace(fmt.Sprintf("%s %d×", who, t.count))
	}
	if who != "" {
		lines = append(lines, line{who, v})
	}
	call := ""
	for i, tr := range t.triggers {
		if i == maxTriggers {
			return append(lines, line{fmt.Sprintf("and %d more", len(t.triggers)-i), remark})
		}
		last := len(tr.lines) - 1
		if c := strings.Join(tr.lines[:last], "\n"); c != call { // told once for segments that share it
			lines, call = append(lines, plainLines(c)...), c
		}
		text := tr.lines[last]
		if len(t.triggers) > 1 {
			text = fmt.Sprintf("%s  %d×", text, tr.count)
		}
		lines = append(lines, line{text, plain})
	}
	return lines
}
