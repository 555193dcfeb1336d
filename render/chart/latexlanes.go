package chart

import (
	"strings"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// lanes writes a plot of lanes, in points below its top.
func (l *latex) lanes(p *part) {
	var names, at []string
	for i := range p.lanes {
		names = append(names, p.lanes[i].name)
		at = append(at, scene.Num(-p.lanes[i].top-p.lanes[i].height/2))
	}
	l.printf(", ymin=%s, ymax=0, ytick={%s}, yticklabels={%s}, ymajorgrids=false]\n", scene.Num(-p.height), strings.Join(at, ","), l.list(names))
	for i := range p.panel.Key {
		k := &p.panel.Key[i]
		l.printf("\\addlegendimage{area legend, draw=black, line width=0.3pt, %s}\n\\addlegendentry{%s}\n", latexFill(k.Fill), EscapeLaTeX(k.Name))
	}
	for i := range p.lanes {
		for j := range p.lanes[i].spans {
			l.span(&p.lanes[i], &p.lanes[i].spans[j])
		}
	}
}

// span writes a stretch of a lane with its text, in it or below.
func (l *latex) span(lane *laidLane, s *laidSpan) {
	x := func(at float64) string { return l.x(l.d.x.value(at)) }
	y := func(down float64) string { return scene.Num(-down) }
	bottom := lane.top + lane.height
	l.printf("\\filldraw[draw=black, line width=0.3pt, %s] ", latexFill(s.span.Fill))
	for _, p := range l.d.shape(s.span, lane.top, bottom) {
		l.printf("(axis cs:%s,%s) -- ", x(p.X), y(p.Y))
	}
	l.printf("cycle;\n")
	switch {
	case s.below:
		row := bottom + 3 + float64(s.row)*l.d.text*leading
		l.printf("\\draw[gray, line width=0.3pt] (axis cs:%s,%s) -- (axis cs:%s,%s);\n", x(s.pole), y(bottom), x(s.pole), y(row+l.d.text*0.9))
		l.printf("\\node[anchor=west, inner sep=0pt, font=\\scriptsize] at (axis cs:%s,%s) {%s};\n", x(s.x), y(row+l.d.text*0.5), EscapeLaTeX(s.text))
	case s.text != "" && s.wide+4 <= s.hi-s.lo:
		l.printf("\\node[inner sep=0pt, font=\\scriptsize] at (axis cs:%s,%s) {%s};\n", x((s.lo+s.hi)/2), y(lane.top+lane.height/2), EscapeLaTeX(s.text))
	}
}
