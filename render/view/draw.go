package view

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/render/view/cell"
)

// drawList shows the connections.
func (a *App) drawList(area cell.Area) {
	l := &a.list
	l.page = area.H - 1
	l.show(l.page, len(l.shown))
	layout := l.layout(area.W)
	for _, c := range layout {
		name := columns[c.column].name
		if c.column == l.sort {
			name += map[bool]string{true: "▼", false: "▲"}[l.down]
		}
		c.put(area, 0, name, bold)
	}
	for y := range min(l.page, len(l.shown)-l.top) {
		e := &l.all[l.shown[l.top+y]]
		row := area.Sub(0, y+1, area.W, 1)
		sign, look := e.mark()
		row.Put(0, 0, sign, look)
		for _, c := range layout {
			c.put(row, 0, l.cell(c.column, e), l.look(c.column, e))
		}
		if l.top+y == l.at {
			row.Paint(cell.Look{Reverse: true})
		}
	}
	if len(l.shown) == 0 {
		area.Put(margin, 2, a.whyEmpty(), cell.Look{})
	}
}

// look is how a cell of the list is shown.
func (l *list) look(c int, e *entry) cell.Look {
	switch {
	case c == columnFindings:
		_, look := e.mark()
		return look
	case columns[c].right && l.cell(c, e) == "0" && c != 0:
		return dim
	}
	return cell.Look{}
}

// whyEmpty says why the list is.
func (a *App) whyEmpty() string {
	switch {
	case a.listing != nil:
		return "reading ..."
	case a.list.keep != nil:
		return fmt.Sprintf("nothing matches %q; Esc shows all", a.list.filter)
	case a.o.Select != nil:
		return "nothing in the capture matches the --filter"
	}
	return "no TCP connection in the capture"
}

// place is where a column of the list stands.
type place struct{ column, x, w int }

func (p *place) put(a cell.Area, y int, text string, look cell.Look) {
	if columns[p.column].right {
		a.PutRight(p.x+p.w, y, text, look)
		return
	}
	if p.column == columnClient || p.column == columnServer {
		text = tail(text, p.w)
	}
	a.Sub(p.x, y, p.w, 1).Put(0, 0, text, look)
}

// tail cuts an endpoint at its front, so that the port is seen.
func tail(text string, width int) string {
	if len(text) <= width || width < 2 {
		return text
	}
	return "…" + text[len(text)-width+1:]
}

// leastFindings is the room for findings that no other column takes.
const leastFindings = 12

// layout gives each column its place; those of the highest ranks have none where
// the page is narrow.
func (l *list) layout(width int) (places []place) {
	for rank := 9; ; rank-- {
		x := margin
		places = places[:0]
		for i, c := range columns[:columnFindings] {
			if c.rank > rank {
				continue
			}
			w := max(l.widths[i], len(c.name)+1) // and an arrow
			places = append(places, place{i, x, w})
			x += w + 1
		}
		if rank == 0 {
			x -= squeeze(places, x+leastFindings-width)
		}
		if x+leastFindings <= width || rank == 0 {
			return append(places, place{columnFindings, x, max(width-x, 0)})
		}
	}
}

// squeeze takes so many columns away from both endpoints, the last two places,
// and returns how many it took.
func squeeze(places []place, over int) int {
	over = max(over, 0)
	client, server := &places[columnClient], &places[columnServer]
	client.w -= over / 2
	server.x -= over / 2
	server.w -= over - over/2
	return over
}

// tabLabel is what stands on a tab.
func tabLabel(i int) string { return fmt.Sprintf(" %d %s ", i+1, tabNames[i]) }

// drawOpen shows the open connection.
func (a *App) drawOpen(area cell.Area) {
	x := 1
	for i := range tabNames {
		look := cell.Look{}
		if i == a.tab {
			look = cell.Look{Reverse: true}
		}
		x = area.Put(x, 0, tabLabel(i), look)
	}
	body := area.Sub(0, 1, area.W, area.H-1)
	switch a.tab {
	case tabSegments:
		a.drawSegments(body)
	case tabCharts:
		a.drawCharts(body)
	default:
		a.text(a.tab, body.W).draw(body)
	}
}
