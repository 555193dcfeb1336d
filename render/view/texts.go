package view

import (
	"strings"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/ladder"
	"github.com/flowstate-tcp/flowstate/render/table"
	"github.com/flowstate-tcp/flowstate/render/view/cell"
)

var (
	dim  = cell.Look{Dim: true}
	bold = cell.Look{Bold: true}
)

// text returns the page of a tab, made for a width.
func (a *App) text(tab, width int) *page {
	c := a.open
	p := &c.pages[tab]
	if p.width == width {
		return p
	}
	share := 0.0 // of the text that is above the cursor, which stays about there
	if len(p.lines) > 0 {
		share = float64(p.at) / float64(len(p.lines))
	}
	p.lines, p.width = nil, width
	map[int]func(*page, int){
		tabSummary: a.summary, tabStates: a.states, tabLadder: a.ladderLines, tabWords: a.wordLines,
	}[tab](p, width-margin)
	p.at = int(share * float64(len(p.lines)))
	return p
}

// summary is what flowstate summary -v tells, and all findings.
func (a *App) summary(p *page, width int) {
	c := a.open
	t := table.SummaryText{Style: table.Style{Color: true, Width: width}}
	row := &table.Connection{File: a.o.File, View: a.o.View, Connection: c.Connection}
	p.add(cell.Parse(string(t.AppendFacts(nil, row)))...)
	p.title("Findings")
	if len(c.Connection.Findings) == 0 {
		p.add(cell.Line{{Text: "  none"}})
	}
	for _, f := range c.Connection.Findings {
		p.finding(f, width)
	}
}

// finding appends a finding.
func (p *page) finding(f finding.Finding, width int) {
	const indent = 4
	where := ""
	if f.Frame > 0 {
		where = " at frame " + decimal(int64(f.Frame))
	}
	look := severityLooks[f.Severity()]
	for i, text := range cell.Wrap(f.Code.String()+where+": "+f.Text, width-indent) {
		sign := severitySigns[f.Severity()]
		if i > 0 {
			sign = " "
		}
		p.lines = append(p.lines, line{cell.Line{{Text: "  " + sign + " ", Look: look}, {Text: text}}, frames(f.Frame)})
	}
}

// frames is what a line leads to.
func frames(f capture.FrameNumber) []capture.FrameNumber {
	if f == 0 {
		return nil
	}
	return []capture.FrameNumber{f}
}

// ladderLines are the sequence diagram.
func (a *App) ladderLines(p *page, width int) {
	letters := ladder.Unicode
	if a.o.ASCII {
		letters = ladder.ASCII
	}
	for i, l := range a.open.ladder.Text(letters, min(width, widestLadder)) {
		look := cell.Look{}
		at := capture.FrameNumber(0)
		switch {
		case i == 0:
			look = bold
		case strings.HasPrefix(l.Text, "# "):
			look = dim
		case l.Row != nil:
			look, at = rowLook(l.Row), l.Row.Frame
		}
		p.lines = append(p.lines, line{cell.Line{{Text: l.Text, Look: look}}, frames(at)})
	}
}

// widestLadder is where wider arrows read no better.
const widestLadder = 130

// rowLook is the look of a segment: what was sent again or did not arrive is
// yellow, a reset red, what else is noticeable magenta. The words beside it say the same.
func rowLook(r *ladder.Row) cell.Look {
	const trouble = 1<<reconstruct.Retransmission | 1<<reconstruct.ZeroWindow | 1<<reconstruct.GapBefore | 1<<reconstruct.UnseenACK
	switch {
	case r.Resets():
		return cell.Look{Ink: cell.Red}
	case r.Marks&trouble != 0 || r.Fate != ladder.Arrived:
		return cell.Look{Ink: cell.Yellow}
	case r.Marks&^(1<<reconstruct.Truncated) != 0:
		return cell.Look{Ink: cell.Magenta}
	}
	return cell.Look{}
}

// wordLines are what flowstate explain tells.
func (a *App) wordLines(p *page, width int) {
	for _, s := range a.open.words.Sections {
		p.title(s.Title)
		for _, paragraph := range s.Lines {
			for i, text := range cell.Wrap(paragraph, width-4) {
				sign := "  · "
				if i > 0 {
					sign = "    "
				}
				p.add(cell.Line{{Text: sign + text}})
			}
		}
	}
}
