package kind

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// Request says what to draw.
type Request struct {
	Kinds   []*Kind // stacked, top first; see Parse
	Sides   Sides
	Zoom    Zoom
	View    state.View    // whose names of states
	Log     bool          // logarithmic Y axes
	Window  time.Duration // over which rates are taken; 0 for one that fits
	Step    time.Duration // from one rate to the next; 0 for a quarter of that
	Title   string        // Untitled for none, empty for one that names the connection
	Command string        // for the caption
}

// Untitled is a title that is left out.
const Untitled = "-"

// Draw returns the figure of one connection, or of several on the same axes.
// It fails where there is nothing to draw, and tells why.
func (r *Request) Draw(traces ...*Trace) (*chart.Figure, error) {
	v := r.newView(traces)
	f := &chart.Figure{Title: r.title(v), X: r.Kinds[0].x, Command: r.Command}
	for _, k := range r.Kinds {
		f.Panels = append(f.Panels, k.panels(v)...)
		if k.fit != nil {
			k.fit(v, &f.X)
		}
	}
	for i := range f.Panels {
		f.Panels[i].Y.Log = r.Log && len(f.Panels[i].Lanes) == 0
	}
	if empty(f.Panels) {
		return nil, fmt.Errorf("nothing to draw: %s", r.whyEmpty(v))
	}
	if r.along() {
		span, err := r.Zoom.span(v)
		if err != nil {
			return nil, err
		}
		f.X.Range = span
	}
	f.Caption = r.caption(v)
	return f, nil
}

// panels are those of a kind: one for each side that is shown and has something
// to show, unless several connections share the axes.
func (k *Kind) panels(v *view) (list []chart.Panel) {
	if v.sides != Both || v.overlaid() || k.lanes {
		return k.draw(v)
	}
	for _, side := range [...]Sides{Client, Server} {
		one := *v
		one.sides = side
		if panels := k.draw(&one); !empty(panels) {
			list = append(list, panels...)
		}
	}
	return list
}

// along tells whether the X axis is time.
func (r *Request) along() bool { return r.Kinds[0].x.Label == find("stevens").x.Label }

func empty(panels []chart.Panel) bool {
	for i := range panels {
		if len(panels[i].Lanes) > 0 {
			return false
		}
		for j := range panels[i].Series {
			if len(panels[i].Series[j].Points) > 0 {
				return false
			}
		}
	}
	return true
}

func (r *Request) whyEmpty(v *view) string {
	switch k := r.Kinds[0].Name; k {
	case "rtt", "rtt-cdf":
		return "no acknowledgement gives a round-trip time"
	case "in-flight":
		return "nothing of what was sent is acknowledged"
	case "window":
		return "the capture holds no window for that data, or not its scale, which is in the handshake"
	case "limits", "limit-shares":
		return "no side that is shown sent data"
	case "states":
		return "the capture tells no state"
	}
	if v.sides == Busier {
		return "the connection has no data"
	}
	return "the " + v.sides.String() + " sent no data"
}

// title names what is shown.
func (r *Request) title(v *view) string {
	switch {
	case r.Title == Untitled:
		return ""
	case r.Title != "":
		return r.Title
	case v.overlaid():
		return fmt.Sprintf("%d connections compared", len(v.traces))
	}
	return v.traces[0].title()
}

func (t *Trace) title() string {
	c := t.Conn
	return fmt.Sprintf("%s, connection %d: %s > %s", filepath.Base(t.File), c.Number, c.Ends[reconstruct.Client], c.Ends[reconstruct.Server])
}

// caption says in sentences what is shown, with the numbers.
func (r *Request) caption(v *view) string {
	var names []string
	for _, k := range r.Kinds {
		names = append(names, k.Short)
	}
	first := strings.Join(names, "; ") + "."
	said := []string{strings.ToUpper(first[:1]) + first[1:]}
	for _, t := range v.traces {
		said = append(said, t.describe(v))
	}
	for _, k := range r.Kinds {
		if k.say == nil {
			continue
		}
		for _, sentence := range k.say(v) {
			if !slices.Contains(said, sentence) {
				said = append(said, sentence)
			}
		}
	}
	if note := r.Zoom.note(); note != "" {
		said = append(said, note)
	}
	return strings.Join(said, " ")
}

// describe tells who, how much and how long.
func (t *Trace) describe(v *view) string {
	c := t.Conn
	name := filepath.Base(t.File)
	if v.overlaid() {
		name = t.Name + ": " + name
	}
	text := fmt.Sprintf("%s, connection %d, client %s, server %s, %s, %d segments",
		name, c.Number, c.Ends[reconstruct.Client], c.Ends[reconstruct.Server],
		chart.Seconds.Format(seconds(c.End.Sub(c.Start))), len(t.Rows))
	for _, s := range v.shown(t) {
		text += fmt.Sprintf(", %s sent by the %s", chart.Bytes.Format(float64(t.Payload(s))), s)
	}
	return text + "."
}
