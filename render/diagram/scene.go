package diagram

// scene is a figure as marks on a page of a size, in the order in which they
// are laid down. All backends draw the same scene.
type scene struct {
	title string // for the reader of the screen
	size  point
	marks []mark
}

// mark is one thing on the page: a line, a shape or a text.
type mark struct {
	path   []piece
	closed bool
	fill   ink
	filled bool
	stroke stroke // none if its width is 0

	text  string // the path is empty then
	at    point  // left end of the baseline
	face  face
	size  float64
	width float64 // of the text as measured
}

// piece is a point of a path, reached straight or, with curve set, by a cubic
// curve over c1 and c2.
type piece struct {
	to     point
	curve  bool
	c1, c2 point
}

func (s *scene) add(m mark) { s.marks = append(s.marks, m) }

// words writes a text with its baseline at a point.
func (s *scene) words(f *fonts, text string, at point, c face, size float64, i ink) {
	if text != "" {
		s.add(mark{text: text, at: at, face: c, size: size, fill: i, width: f.width(text, c, size)})
	}
}

// kappa places the control points of a quarter of a circle.
const kappa = 0.5523

// rounded is a polyline with its corners rounded.
func rounded(line []point, radius float64) []piece {
	path := []piece{{to: line[0]}}
	for i := 1; i < len(line)-1; i++ {
		a, b, c := line[i-1], line[i], line[i+1]
		r := min(radius, a.dist(b)/2, b.dist(c)/2)
		if r < 0.5 {
			path = append(path, piece{to: b})
			continue
		}
		in, out := b.add(a.sub(b).unit().mul(r)), b.add(c.sub(b).unit().mul(r))
		path = append(path, piece{to: in}, piece{out, true, in.add(b.sub(in).mul(kappa)), out.add(b.sub(out).mul(kappa))})
	}
	return append(path, piece{to: line[len(line)-1]})
}

// roundRect is a box with rounded corners, as a closed path.
func roundRect(r rect, radius float64) []piece {
	a, b := r.min, r.max
	mid := point{(a.x + b.x) / 2, a.y}
	return rounded([]point{mid, {b.x, a.y}, b, {a.x, b.y}, a, mid}, radius)
}

func straightPath(points ...point) []piece {
	path := make([]piece, len(points))
	for i, p := range points {
		path[i].to = p
	}
	return path
}
