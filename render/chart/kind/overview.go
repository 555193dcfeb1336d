package kind

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// Life is what an overview shows of a connection.
type Life struct {
	Number     int
	Start, End capture.Timestamp
	Close      state.Close
	Open       state.Open
	Client     string
	Server     string
	Frame      int64 // its first
}

// LifeOf takes what an overview needs from a connection.
func LifeOf(c *analyze.Connection) Life {
	return Life{c.Number, c.Start, c.End, c.States.Close, c.States.Open,
		c.Ends[reconstruct.Client].String(), c.Ends[reconstruct.Server].String(), int64(c.First)}
}

// endings are the ways in which connections end, each with its look.
var endings = [...]struct {
	name string
	look chart.Look
}{
	{"closed by the client first", chart.Look{Ink: chart.Blue, Marker: chart.Disc}},
	{"closed by the server first", chart.Look{Ink: chart.Green, Marker: chart.Square}},
	{"closed by both at once", chart.Look{Ink: chart.Purple, Marker: chart.Diamond}},
	{"reset by the client", chart.Look{Ink: chart.Orange, Marker: chart.Cross}},
	{"reset by the server", chart.Look{Ink: chart.Amber, Marker: chart.Plus}},
	{"one FIN only", chart.Look{Ink: chart.Sky, Marker: chart.Up}},
	{"open at the end", chart.Look{Ink: chart.Black, Marker: chart.Ring}},
	{"never open", chart.Look{Ink: chart.Grey, Marker: chart.Box}},
	{"unknown", chart.Look{Ink: chart.Grey, Marker: chart.Down}},
}

var endingOf = [...]int{
	state.CloseClientFirst: 0, state.CloseServerFirst: 1, state.CloseSimultaneous: 2,
	state.CloseResetByClient: 3, state.CloseResetByServer: 4, state.CloseHalfClosed: 5,
	state.CloseOpen: 6, state.CloseNone: 7, state.CloseUnknown: 8,
}

// namedLives is how many connections have a line with their addresses each.
// More of them are sorted by how they ended.
const namedLives = 40

// Overview draws connections along the time of their capture, by how they
// ended, each as a line from its first to its last packet.
func Overview(file string, lives []Life, r *Request) (*chart.Figure, error) {
	if len(lives) == 0 {
		return nil, fmt.Errorf("nothing to draw: no TCP connection")
	}
	began := lives[0].Start
	for i := range lives {
		began = min(began, lives[i].Start)
	}
	list := make([]chart.Series, len(endings))
	for i, e := range endings {
		list[i] = chart.Series{Name: e.name, Shape: chart.Spans, Look: e.look}
		list[i].Look.Width, list[i].Look.Size = 1.2, 3.4
	}
	f := &chart.Figure{
		Title: r.Title, Command: r.Command,
		X: chart.Axis{Label: "Time since the first connection's first packet", Unit: chart.Seconds, Zero: true},
	}
	panel := chart.Panel{Series: list, Y: chart.Axis{Label: "Connection", Whole: true, Down: true}}
	if len(lives) > namedLives {
		panel.Y.Label = "Connections, sorted by how they ended"
		if alike := lives[0].Close; !slices.ContainsFunc(lives, func(l Life) bool { return l.Close != alike }) {
			panel.Y.Label = "Connections, all " + endings[endingOf[alike]].name // there is no legend of one
		}
		lives = slices.Clone(lives)
		slices.SortStableFunc(lives, func(a, b Life) int { return cmp.Compare(endingOf[a.Close], endingOf[b.Close]) })
		for i := range list {
			list[i].Look.Width, list[i].Look.Size = 0.6, 1.6
		}
		f.Panels = append(f.Panels, openAtOnce(lives, began))
		panel.Height = 1.6
	} else {
		panel.Height = max(0.15, 0.055*float64(len(lives)))
		panel.Y.Range = chart.Range{Lo: -0.6, Hi: float64(len(lives)) - 0.4}
	}
	for i, l := range lives {
		s := &list[endingOf[l.Close]]
		from, to := seconds(l.Start.Sub(began)), seconds(l.End.Sub(began))
		s.Points = append(s.Points, chart.Point{X: to, Y: float64(i), Low: from, High: to, Frame: l.Frame})
		if len(lives) <= namedLives {
			panel.Y.Names = append(panel.Y.Names, fmt.Sprintf("%d  %s > %s", l.Number, l.Client, l.Server))
		}
	}
	f.Panels = append(f.Panels, panel)
	switch r.Title {
	case "":
		f.Title = fmt.Sprintf("%s, %s", filepath.Base(file), connections(len(lives)))
	case Untitled:
		f.Title = ""
	}
	f.Caption = overviewCaption(file, lives, list)
	return f, nil
}

// openAtOnce is a panel with how many connections are between their first and
// their last packet.
func openAtOnce(lives []Life, began capture.Timestamp) chart.Panel {
	type change struct {
		at    capture.Timestamp
		frame int64
		by    float64
	}
	var changes []change
	for _, l := range lives {
		changes = append(changes, change{l.Start, l.Frame, 1}, change{l.End, 0, -1})
	}
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.by, a.by)) })
	s := chart.Series{Name: "at once", Shape: chart.Steps, Look: chart.Look{Ink: chart.Black}}
	n := 0.0
	for _, c := range changes {
		n += c.by
		s.Points = append(s.Points, chart.Point{X: seconds(c.at.Sub(began)), Y: n, Frame: c.frame})
	}
	return chart.Panel{Y: chart.Axis{Label: "Connections at once", Whole: true, Zero: true}, Height: 0.6, Series: []chart.Series{s}}
}

func overviewCaption(file string, lives []Life, list []chart.Series) string {
	text := fmt.Sprintf("The %s of %s along time, by how they ended:", connections(len(lives)), filepath.Base(file))
	comma := " "
	for i := range list {
		if n := len(list[i].Points); n > 0 {
			text += fmt.Sprintf("%s%d %s", comma, n, list[i].Name)
			comma = ", "
		}
	}
	return text + "."
}

func connections(n int) string {
	if n == 1 {
		return "1 connection"
	}
	return fmt.Sprintf("%d connections", n)
}
