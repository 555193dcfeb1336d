package diagram

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// layoutFree has Graphviz lay out a graph, and keeps the places that it chose.
// The drawing stays ours.
func layoutFree(e Engine, g *Graph, f *scene.Fonts) (*layout, error) {
	var dot bytes.Buffer
	writeGraph(&dot, g, nil)
	answer, err := e.Layout(dot.Bytes())
	if err != nil {
		return nil, fmt.Errorf("laying out a diagram: %w", err)
	}
	var got laidOut
	if err := json.Unmarshal(answer, &got); err != nil {
		return nil, fmt.Errorf("reading Graphviz's layout: %w", err)
	}
	l := &layout{g: g, boxes: make([]scene.Rect, len(g.nodes))}
	for _, o := range got.Objects {
		if err := l.takeNode(o); err != nil {
			return nil, err
		}
	}
	for _, o := range got.Edges {
		if err := l.takeEdge(o, f); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// laidOut is the part of Graphviz's format "json0" that matters here. Lengths
// are points, but for width and height, which are inches.
type laidOut struct {
	Objects []laidObject `json:"objects"`
	Edges   []laidObject `json:"edges"`
}

type laidObject struct {
	ID     string `json:"id"`
	Pos    string `json:"pos"`
	Width  string `json:"width"`
	Height string `json:"height"`
	LP     string `json:"lp"`
}

func (l *layout) takeNode(o laidObject) error {
	i, err := index(o.ID, "n", len(l.boxes))
	if err != nil {
		return err
	}
	at, err := points(o.Pos, 1)
	size, err2 := points(o.Width+","+o.Height, 1)
	if err != nil || err2 != nil {
		return fmt.Errorf("reading Graphviz's layout: node %q has no place", o.ID)
	}
	l.boxes[i] = scene.Box(at[0], size[0].X*72, -size[0].Y*72)
	return nil
}

func (l *layout) takeEdge(o laidObject, f *scene.Fonts) error {
	i, err := index(o.ID, "e", len(l.g.links))
	if err != nil {
		return err
	}
	spline, hasTip := strings.CutPrefix(o.Pos, "e,")
	all, err := points(spline, 5)
	if err != nil || !hasTip {
		return fmt.Errorf("reading Graphviz's layout: edge %q has no shape", o.ID)
	}
	l.routes = append(l.routes, route{link: i, line: append(flatten(all[1:]), all[0])})
	lines := l.g.labelOf(&l.g.links[i])
	if len(lines) == 0 {
		return nil
	}
	at, err := points(o.LP, 1)
	if err != nil {
		return fmt.Errorf("reading Graphviz's layout: edge %q has no place for its label", o.ID)
	}
	size := labelSize(f, lines)
	l.labels = append(l.labels, placedLabel{link: i, lines: lines, box: scene.Box(at[0], size.X, size.Y)})
	return nil
}

// index reads an id of ours, such as "n3".
func index(id, kind string, count int) (int, error) {
	i, err := strconv.Atoi(strings.TrimPrefix(id, kind))
	if err != nil || !strings.HasPrefix(id, kind) || i < 0 || i >= count {
		return 0, fmt.Errorf("reading Graphviz's layout: %q is none of our ids", id)
	}
	return i, nil
}

// points reads "x,y x,y", at least so many, and turns y downwards.
func points(s string, atLeast int) (out []scene.Point, err error) {
	for field := range strings.FieldsSeq(s) {
		x, y, _ := strings.Cut(field, ",")
		px, errX := strconv.ParseFloat(x, 64)
		py, errY := strconv.ParseFloat(y, 64)
		if errX != nil || errY != nil {
			return nil, fmt.Errorf("%q is no point", field)
		}
		out = append(out, scene.Pt(px, -py))
	}
	if len(out) < atLeast {
		return nil, fmt.Errorf("%q holds fewer than %d points", s, atLeast)
	}
	return out, nil
}

// flatten turns a chain of cubic curves into a polyline that looks as smooth.
func flatten(curve []scene.Point) []scene.Point {
	const steps = 16
	line := []scene.Point{curve[0]}
	for i := 0; i+3 < len(curve); i += 3 {
		for k := 1; k <= steps; k++ {
			t := float64(k) / steps
			u := 1 - t
			p := curve[i].Mul(u * u * u).Add(curve[i+1].Mul(3 * u * u * t)).Add(curve[i+2].Mul(3 * u * t * t)).Add(curve[i+3].Mul(t * t * t))
			line = append(line, p)
		}
	}
	return line
}
