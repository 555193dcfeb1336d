package view

import "github.com/flowstate-tcp/flowstate/render/view/cell"

// wheelLines is how far a step of the wheel scrolls.
const wheelLines = 3

// Wheel takes steps of the mouse's wheel, those up below 0.
func (a *App) Wheel(steps int) {
	k := Key("Down")
	if steps < 0 {
		k, steps = "Up", -steps
	}
	for range steps * wheelLines {
		a.Handle(k)
	}
}

// Click takes a click at a cell of the page drawn latest: it goes to the line or
// the tab there. A click on the line of the cursor is Enter.
func (a *App) Click(x, y int) {
	const title, heading = 1, 1
	switch y -= title; {
	case a.prompt != nil || a.help != nil || y < 0 || y >= a.rows:
	case a.open == nil:
		a.clickLine(&a.list.scroller, y-heading, len(a.list.shown))
	case y == 0:
		a.clickTab(x)
	case a.tab == tabSegments && y-heading-1 < a.rows-heading-1-detailRows:
		a.clickLine(&a.open.segments, y-heading-1, a.open.rows.total)
	case a.tab == tabCharts:
		a.Handle("Enter")
	case a.tab != tabSegments:
		p := &a.open.pages[a.tab]
		a.clickLine(&p.scroller, y-heading, len(p.lines))
	}
}

// clickLine goes to a line of those that are shown.
func (a *App) clickLine(s *scroller, y, lines int) {
	switch at := s.top + y; {
	case y < 0 || at >= lines:
	case at == s.at:
		a.Handle("Enter")
	default:
		s.at = at
	}
}

// clickTab goes to the tab whose name is at a column.
func (a *App) clickTab(x int) {
	at := 1
	for i := range tabNames {
		width := cell.TextWidth(tabLabel(i))
		if x >= at && x < at+width {
			a.tab = i
		}
		at += width
	}
}
