package scene

import "iter"

// partLen is how many pieces are given to the rasterizer at once. It searches
// each row's cells one by one, so that a path costs the square of its pieces:
// minutes for a dashed line of ten thousand.
const partLen = 48

// strokeParts yields a path in short parts, and how far along its line each of
// them begins, for the dashes to go on. Parts overlap by one piece, so that the
// corner between them is drawn.
func strokeParts(path []Piece) iter.Seq2[[]Piece, float64] {
	return func(yield func([]Piece, float64) bool) {
		var part []Piece
		var begun, run float64 // along the line
		for i, p := range path {
			switch {
			case p.Break && len(part) < partLen && begun == 0, i == 0:
			case p.Break:
				if !yield(part, begun) {
					return
				}
				part, begun = nil, 0
			case len(part) >= partLen && !p.Curve && !path[i-1].Curve && !path[i-1].Break:
				if !yield(part, begun) {
					return
				}
				begun = run - path[i-1].To.Dist(path[i-2].To)
				part = []Piece{{To: path[i-2].To, Break: true}, path[i-1]}
			}
			if p.Break || i == 0 {
				run = 0
			} else {
				run += p.To.Dist(path[i-1].To)
			}
			part = append(part, p)
		}
		yield(part, begun)
	}
}

// fillParts yields a path of many outlines some of them at a time.
func fillParts(path []Piece) iter.Seq[[]Piece] {
	return func(yield func([]Piece) bool) {
		from := 0
		for i, p := range path {
			if p.Break && i-from >= partLen {
				if !yield(path[from:i]) {
					return
				}
				from = i
			}
		}
		yield(path[from:])
	}
}
