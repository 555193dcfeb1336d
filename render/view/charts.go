package view

import (
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/view/cell"
)

// charts is what the tab of charts shows.
type charts struct {
	side reconstruct.Side // whose data
	only int              // 1 and up for one chart that fills the page, 0 for all
}

// figure is one of the charts.
type figure struct {
	name   string
	unit   chart.Unit
	series []series
	bars   bool // from the bottom up, a cell wide
}

// series is one of a chart's. Where there is no colour, the sign tells it apart.
type series struct {
	name  string
	sign  string // put over its dots, empty for the dots themselves
	look  cell.Look
	aside bool                           // it does not stretch the chart beyond a multiple of the others
	of    func(*bin, time.Duration) span // the second is how long a column lasts
}

// figures are the charts, in the order of the page.
var figures = [...]figure{
	{"time-sequence", chart.Bytes, []series{
		{"data", "", cell.Look{Ink: cell.Cyan}, false, func(b *bin, _ time.Duration) span { return b.sent }},
		{"acked", "a", cell.Look{Ink: cell.Green}, false, func(b *bin, _ time.Duration) span { return b.acked }},
		{"again", "R", cell.Look{Ink: cell.Red, Bold: true}, false, func(b *bin, _ time.Duration) span { return b.again }},
	}, false},
	{"in flight", chart.Bytes, []series{
		{"bytes", "", cell.Look{Ink: cell.Cyan}, false, func(b *bin, _ time.Duration) span { return b.inFlight }},
		{"window", "w", cell.Look{Ink: cell.Green}, true, func(b *bin, _ time.Duration) span { return b.window }},
		{"cwnd", "c", cell.Look{Ink: cell.Yellow}, false, func(b *bin, _ time.Duration) span { return b.cwnd }},
	}, false},
	{"round trip", chart.Seconds, []series{
		{"samples", "", cell.Look{Ink: cell.Cyan}, false, func(b *bin, _ time.Duration) span { return span{b.rtt.lo, b.rtt.hi, b.rtt.any} }},
	}, false},
	{"throughput", chart.BitsPerSecond, []series{
		{"payload", "", cell.Look{Ink: cell.Cyan}, false, rate},
	}, true},
}

// rate is the throughput of a column, in bits a second.
func rate(b *bin, length time.Duration) span {
	v := int64(float64(8*b.payload) / length.Seconds())
	return span{v, v, b.payload > 0}
}

// handleCharts takes a key for the charts.
func (a *App) handleCharts(k Key) {
	c := &a.open.charts
	switch k {
	case "d":
		c.side = c.side.Peer()
	case "Enter", "Space", "Right", "l", "Down", "j":
		c.only = (c.only + 1) % (len(figures) + 1)
	case "Left", "h", "Up", "k":
		c.only = (c.only + len(figures)) % (len(figures) + 1)
	}
}

// drawCharts shows all charts beside and below each other, or one.
func (a *App) drawCharts(area cell.Area) {
	c := a.open
	peer := c.Connection.Peer(c.charts.side)
	area.Put(1, 0, "data of the "+c.charts.side.String()+", "+c.Ends[c.charts.side].String()+" > "+c.Ends[peer].String(), bold)
	area = area.Sub(0, 1, area.W, area.H-1)
	if c.charts.only > 0 {
		a.drawFigure(area, &figures[c.charts.only-1])
		return
	}
	w, h := area.W/2, area.H/2
	for i := range figures {
		a.drawFigure(area.Sub(i%2*w, i/2*h, w, h), &figures[i])
	}
}

// axisWidth is the room for the numbers beside a chart.
const axisWidth = 12

// drawFigure shows one chart with its legend and axes.
func (a *App) drawFigure(area cell.Area, f *figure) {
	c := a.open
	plotted := area.Sub(axisWidth, 1, area.W-axisWidth-1, area.H-2)
	if plotted.W < 8 || plotted.H < 2 {
		return
	}
	columns := c.plot.columns(c.charts.side, 2*plotted.W/f.wide())
	length := max(c.plot.lasted/time.Duration(min(len(columns), bins)), 1)
	top := f.top(columns, length)
	x := area.Put(1, 0, f.name+": ", bold)
	for _, s := range f.series {
		x = area.Put(x, 0, s.legend(columns, length, top)+" ", s.look)
	}
	if top == 0 {
		plotted.Put(plotted.W/2-6, plotted.H/2, "nothing to show", dim)
		return
	}
	f.axes(area, plotted, top, c.plot.lasted)
	dots := cell.NewDots(plotted.W, plotted.H)
	f.plot(dots, columns, length, top)
	dots.Draw(plotted)
	f.signs(plotted, columns, length, top)
}

// wide is how many dots a column takes.
func (f *figure) wide() int {
	if f.bars {
		return 2
	}
	return 1
}

// axes draws the ends of both axes.
func (f *figure) axes(area, plotted cell.Area, top int64, lasted time.Duration) {
	area.PutRight(axisWidth-1, 1, f.unit.Format(f.value(top)), dim)
	area.PutRight(axisWidth-1, plotted.H, "0", dim)
	area.Put(axisWidth, area.H-1, "0 s", dim)
	area.PutRight(area.W-1, area.H-1, chart.Seconds.Format(lasted.Seconds()), dim)
	for y := range plotted.H {
		area.Put(axisWidth-1, y+1, "│", dim)
	}
}

// legend names a series, with its sign, and says where it is out of sight.
func (s *series) legend(columns []bin, length time.Duration, top int64) string {
	text := s.name
	if s.sign != "" {
		text = s.sign + " " + text
	}
	if all := s.over(columns, length); all.any && all.lo > top {
		text += " above"
	}
	return text
}

// over is from the lowest to the highest of a series.
func (s *series) over(columns []bin, length time.Duration) (all span) {
	for i := range columns {
		all.join(s.of(&columns[i], length))
	}
	return all
}

// value is a number of the chart in its unit.
func (f *figure) value(v int64) float64 {
	if f.unit == chart.Seconds {
		return time.Duration(v).Seconds()
	}
	return float64(v)
}

// mostAside is how much further than the others a series may stretch a chart
// that is shown beside them.
const mostAside = 3

// top is the highest value.
func (f *figure) top(columns []bin, length time.Duration) (top int64) {
	for _, aside := range []bool{false, true} {
		most := top
		for i := range f.series {
			s := &f.series[i]
			if all := s.over(columns, length); all.any && s.aside == aside && (!aside || all.hi <= mostAside*most) {
				top = max(top, all.hi)
			}
		}
	}
	return top
}

// plot sets the dots of all series; the later ones keep their colour.
func (f *figure) plot(dots *cell.Dots, columns []bin, length time.Duration, top int64) {
	for n := range f.series {
		s := &f.series[n]
		for x := range columns {
			v := s.of(&columns[x], length)
			if !v.any || v.lo > top {
				continue
			}
			lo, hi := height(v.lo, top, dots.H), height(v.hi, top, dots.H)
			if f.bars {
				lo = 0
				dots.Rise(2*x+1, lo, hi, s.look, n)
			}
			dots.Rise(f.wide()*x, lo, hi, s.look, n)
		}
	}
}

// signs puts the sign of a series over some of its dots, so that it is told
// apart without colour; that of what was sent again over all.
func (f *figure) signs(a cell.Area, columns []bin, length time.Duration, top int64) {
	for n := range f.series {
		s := &f.series[n]
		if s.sign == "" {
			continue
		}
		next := 2 + 3*n // columns, so that series that meet do not hide each other
		for i := range columns {
			x := i * f.wide() / 2
			v := s.of(&columns[i], length)
			if !v.any || v.hi > top || x < next && s.sign != again {
				continue
			}
			a.Put(x, a.H-1-height(v.hi, top, 4*a.H)/4, s.sign, s.look)
			next = x + signEvery
		}
	}
}

const (
	again     = "R"
	signEvery = 12 // columns
)

// height is where a value stands, in dots from the bottom.
func height(v, top int64, dots int) int {
	return max(min(int(float64(v)/float64(top)*float64(dots-1)+0.5), dots-1), 0)
}
