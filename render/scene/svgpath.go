package scene

import (
	"math"
	"strconv"
)

// shortPath is a path in as few bytes as it can be: in steps from point to point,
// which lie on the same hundredths of a point as those of svgPath.
func (m *Mark) shortPath() string {
	var w pathWriter
	for i, p := range m.Path {
		switch {
		case i == 0 || p.Break:
			if i > 0 && m.Closed {
				w.close()
			}
			w.move(p.To)
		case p.Curve:
			w.curve(p)
		default:
			w.line(p.To)
		}
	}
	if m.Closed && len(m.Path) > 0 {
		w.close()
	}
	return string(w.out)
}

// pathWriter writes a path with relative coordinates. Places are in hundredths,
// so that no error adds up.
type pathWriter struct {
	out       []byte
	x, y      int64 // where the pen is
	fromX     int64 // where the path that is open began
	fromY     int64
	command   byte // the last; a line may follow a move or a line without one
	separated bool // no separator is needed before a number
}

func hundredths(v float64) int64 { return int64(math.Round(v * 100)) }

// begin writes a command, unless it is understood.
func (w *pathWriter) begin(command byte) {
	if w.separated = w.command != command; w.separated {
		w.out = append(w.out, command)
	}
	w.command = command
}

// number writes hundredths.
func (w *pathWriter) number(n int64) {
	if n >= 0 && !w.separated {
		w.out = append(w.out, ' ')
	}
	w.separated = false
	if n < 0 {
		w.out = append(w.out, '-')
		n = -n
	}
	whole, rest := n/100, n%100
	if whole > 0 || rest == 0 {
		w.out = strconv.AppendInt(w.out, whole, 10)
	}
	if rest > 0 {
		w.out = append(w.out, '.', '0'+byte(rest/10))
		if rest%10 > 0 {
			w.out = append(w.out, '0'+byte(rest%10))
		}
	}
}

// step writes a point as its distance from where the pen is.
func (w *pathWriter) step(p Point) {
	w.number(hundredths(p.X) - w.x)
	w.number(hundredths(p.Y) - w.y)
}

func (w *pathWriter) to(p Point) { w.x, w.y = hundredths(p.X), hundredths(p.Y) }

func (w *pathWriter) move(p Point) {
	w.begin('m')
	w.step(p)
	w.to(p)
	w.fromX, w.fromY = w.x, w.y
	w.command = 'l' // numbers behind a move are those of lines
}

func (w *pathWriter) line(p Point) {
	switch x, y := hundredths(p.X), hundredths(p.Y); {
	case y == w.y:
		w.begin('h')
		w.number(x - w.x)
	case x == w.x:
		w.begin('v')
		w.number(y - w.y)
	default:
		w.begin('l')
		w.step(p)
	}
	w.to(p)
}

func (w *pathWriter) curve(p Piece) {
	w.begin('c')
	w.step(p.C1)
	w.step(p.C2)
	w.step(p.To)
	w.to(p.To)
}

func (w *pathWriter) close() {
	w.out = append(w.out, 'z')
	w.command = 0
	w.x, w.y = w.fromX, w.fromY
}
