package diagram

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// writeDOT writes a laid-out graph for Graphviz: `neato -n2` draws it as we
// do, from the positions; `dot` and the others lay it out anew.
func writeDOT(w io.Writer, l *layout) error {
	var b bytes.Buffer
	writeGraph(&b, l.g, l)
	_, err := w.Write(b.Bytes())
	return err
}

// writeGraph writes a graph in the DOT language, with positions where l is not
// nil. Nodes and edges have ids n0, e0 and so on, in the order of the graph.
func writeGraph(b *bytes.Buffer, g *Graph, l *layout) {
	b.WriteString("digraph flowstate {\n")
	attributes(b, "graph", "label", scene.Clean(g.Title), "labelloc", "t", "fontname", "Helvetica", "fontsize", "10", "nodesep", "0.5", "ranksep", "0.35")
	attributes(b, "node", "shape", "box", "style", "rounded,filled", "fontname", "Helvetica-Bold", "fontsize", scene.Num(nodeText), "height", "0.33", "margin", "0.14,0.05")
	attributes(b, "edge", "fontname", "Helvetica", "fontsize", scene.Num(labelText), "arrowsize", "0.7")
	for i := range g.nodes {
		attributes(b, dotName(&g.nodes[i]), g.dotNode(i, l)...)
	}
	for i := range g.links {
		link := &g.links[i]
		attributes(b, dotName(&g.nodes[link.from])+" -> "+dotName(&g.nodes[link.to]), g.dotLink(i, l)...)
	}
	b.WriteString("}\n")
}

// attributes writes a statement with its attributes, given as name and value.
func attributes(b *bytes.Buffer, subject string, pairs ...string) {
	fmt.Fprintf(b, "  %s [", subject)
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%s=%s", pairs[i], dotString(pairs[i+1]))
	}
	b.WriteString("];\n")
}

// dotString quotes text for the DOT language, which knows no escape but \" in
// the language itself; \\ and \n belong to the label's own notation.
func dotString(s string) string {
	s = strings.ReplaceAll(s, `\`, `\\`)
	s = strings.ReplaceAll(s, `"`, `\"`)
	return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"`
}

// dotName tells the two CLOSED apart.
func dotName(n *node) string {
	name := scene.Clean(n.name)
	if n.end {
		name += " (end)"
	}
	return dotString(name)
}

func (g *Graph) dotNode(i int, l *layout) []string {
	n := &g.nodes[i]
	out := []string{"id", fmt.Sprintf("n%d", i), "label", scene.Clean(n.name), "fillcolor", scene.White.String()}
	switch {
	case n.used:
		out[5] = scene.Paper.String()
	case g.overlaid:
		out = append(out, "color", scene.Grey.String(), "fontcolor", scene.Grey.String())
	}
	if g.marksEnd(n) {
		out = append(out, "peripheries", "2")
	}
	if l != nil {
		r := l.boxes[i]
		out = append(out, "pos", dotPoint(r.Centre()), "width", scene.Num(r.Width()/72), "height", scene.Num(r.Height()/72))
	}
	return out
}

// dotLink has one edge for both sides: Graphviz draws a list of colours as
// lines side by side. They share a style then, that of the less certain.
func (g *Graph) dotLink(i int, l *layout) []string {
	link := &g.links[i]
	out := []string{"id", fmt.Sprintf("e%d", i)}
	if lines := g.labelOf(link); len(lines) > 0 {
		texts := make([]string, len(lines))
		// Graphviz lets a label touch its edge: blanks keep it off.
		pad := strings.Repeat(" ", 1+int(g.halfWidth(link)/2))
		for k, line := range lines {
			texts[k] = pad + line.text + pad
		}
		out = append(out, "label", strings.Join(texts, "\n"))
	}
	tracks := g.trackStyles(link)
	colours, heaviest, weakest := make([]string, len(tracks)), 0.0, scene.Solid
	for k, t := range tracks {
		colours[k] = t.stroke.Ink.String()
		heaviest, weakest = max(heaviest, t.stroke.Width), max(weakest, t.stroke.Dash)
	}
	out = append(out, "color", strings.Join(colours, ":"), "penwidth", scene.Num(heaviest))
	if style := [...]string{scene.Solid: "", scene.Dashed: "dashed", scene.Dotted: "dotted", scene.DashDot: "dashed"}[weakest]; style != "" {
		out = append(out, "style", style)
	}
	if len(tracks) == 1 && link.tracks[reconstruct.Server].count > 0 {
		out = append(out, "arrowhead", "empty")
	}
	if l != nil {
		out = append(out, l.dotRoute(i)...)
	}
	return out
}

// dotRoute is the shape of an edge as Graphviz writes it: the tip of the head,
// then a chain of cubic curves.
func (l *layout) dotRoute(link int) (out []string) {
	for _, r := range l.routes {
		if r.link != link {
			continue
		}
		shaft := scene.Shorten(r.line, headLength)
		path := scene.Rounded(shaft, r.radius)
		spline := "e," + dotPoint(r.line[len(r.line)-1]) + " " + dotPoint(path[0].To)
		for k, p := range path[1:] {
			c1, c2 := p.C1, p.C2
			if !p.Curve {
				c1, c2 = path[k].To, p.To
			}
			spline += " " + dotPoint(c1) + " " + dotPoint(c2) + " " + dotPoint(p.To)
		}
		out = append(out, "pos", spline)
	}
	for i := range l.labels {
		if l.labels[i].link == link {
			out = append(out, "lp", dotPoint(l.labels[i].box.Centre()))
		}
	}
	return out
}

// dotPoint turns y upwards.
func dotPoint(p scene.Point) string { return scene.Pair(scene.Pt(p.X, -p.Y)) }
