package view

import "github.com/flowstate-tcp/flowstate/render/view/cell"

// helpLines are the keys and what they do; one without a key is a heading.
var helpLines = [...][2]string{
	{"", "Everywhere"},
	{"↑ ↓  j k", "up and down"},
	{"PgUp PgDn  Space", "a page; Ctrl-U and Ctrl-D half of one"},
	{"g G  Home End", "to the start, to the end"},
	{"/", "search a text; n goes to the next, N to the one before"},
	{":123", "to frame 123; in the list, opens its connection"},
	{":c7", "opens connection 7"},
	{"Esc", "stops reading; goes back to the list"},
	{"?", "this help"},
	{"q", "quits; Ctrl-Z suspends"},
	{"--mouse", "wheel and clicks; a second click on a line is Enter"},
	{"", "The list of connections"},
	{"Enter", "opens the connection"},
	{"s S", "sorts by the next column, by the one before; r reverses"},
	{"f", "filters, as --filter does or by a text"},
	{"E ! ·", "the worst finding is an error, a warning, a note"},
	{"", "A connection"},
	{"Tab  1 to 6", "another view of it"},
	{"[ ]", "the connection before, the next"},
	{"Enter", "goes to the frame of the line, among the segments"},
	{"← →", "left and right; in States to the other side"},
	{"", "Segments"},
	{"m M", "the next segment with a mark, the one before"},
	{"> <", "sent by the client, by the server"},
	{"", "yellow: sent again, lost, window closed; red: reset; magenta: other marks"},
	{"", "Charts"},
	{"Enter", "one chart on the whole page, then the next"},
	{"d", "the data of the other side"},
	{"R", "something was sent again there"},
}

// toggleHelp shows the help, or closes it.
func (a *App) toggleHelp() {
	if a.help != nil {
		a.help = nil
		return
	}
	a.help = &page{}
	for _, l := range helpLines {
		if l[0] == "" {
			a.help.title(l[1])
			continue
		}
		a.help.add(cell.Line{{Text: "  " + padded(l[0], 18), Look: cell.Look{Ink: cell.Cyan}}, {Text: l[1]}})
	}
}

func padded(s string, n int) string { return s + blanks(n-cell.TextWidth(s)) }

func (a *App) drawHelp(area cell.Area) { a.help.draw(area) }
