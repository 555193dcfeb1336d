package chart

import (
	"math"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Markers that cover an area without a gap show where it ends and nothing of
// what is in it. There, squares that are the darker the more points they hold
// stand for them.
const (
	cloudCell   = 1.6     // of the squares, in points
	cloudLeast  = 1000    // points of a cloud
	cloudInside = 1.0 / 3 // share of the squares that have all their neighbours, from which on it is a cloud
)

// cloudTints are the shares of white in squares, from few points to many.
var cloudTints = [...]float64{0.66, 0.42, 0.2, 0}

// cloudNames is what the legend says of a cloud, after its name.
const cloudNames = " (darker: more of them)"

// square is a place in the grid of a cloud.
type square struct{ x, y int32 }

// cloud counts the points of a series in each square, where they are one. The
// panel needs a height, not yet a place.
func (d *drawing) cloud(p *part, s *Series) map[square]int {
	if s.Shape != Dots || s.Letter != "" || s.Look.Marker != Disc && s.Look.Marker != Dot || len(s.Points) < cloudLeast {
		return nil
	}
	counts := map[square]int{}
	for i := range s.Points {
		pt := &s.Points[i]
		x, y := d.x.at(pt.X)-d.x.a, p.y.at(pt.Y)-min(p.y.a, p.y.b)
		if d.visible(p, pt) && x >= 0 && x <= d.x.b-d.x.a && y >= 0 && y <= p.height {
			counts[square{int32(x / cloudCell), int32(y / cloudCell)}]++
		}
	}
	inside := 0
	for at := range counts {
		if surrounded(counts, at) {
			inside++
		}
	}
	if float64(inside) < cloudInside*float64(len(counts)) {
		return nil
	}
	return counts
}

// surrounded tells whether all neighbours of a square have points.
func surrounded(counts map[square]int, at square) bool {
	for x := at.x - 1; x <= at.x+1; x++ {
		for y := at.y - 1; y <= at.y+1; y++ {
			if counts[square{x, y}] == 0 {
				return false
			}
		}
	}
	return true
}

// alone tells whether no neighbour of a square has points.
func alone(counts map[square]int, at square) bool {
	for x := at.x - 1; x <= at.x+1; x++ {
		for y := at.y - 1; y <= at.y+1; y++ {
			if other := (square{x, y}); other != at && counts[other] > 0 {
				return false
			}
		}
	}
	return true
}

// shade is squares of one darkness.
type shade struct {
	look   Look
	places []scene.Point
}

// shades returns the markers of a series: all of one look, or those of a cloud,
// lightest first.
func (d *drawing) shades(p *part, i int) []shade {
	s, counts := &p.panel.Series[i], p.dense[i].cloud
	if counts == nil {
		return []shade{{s.Look, d.places(p, s)}}
	}
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	list := make([]shade, len(cloudTints))
	for i, white := range cloudTints {
		list[i].look = Look{Ink: s.Look.Ink.Tint(white), Marker: Square, Size: (cloudCell + 0.12) / 0.9} // a little more, for no gap to shine through
	}
	for x := range int32((d.x.b-d.x.a)/cloudCell) + 1 {
		for y := range int32(p.height/cloudCell) + 1 {
			n := counts[square{x, y}]
			if n == 0 {
				continue
			}
			level := int(math.Log(float64(n)) / math.Log(float64(most)+1) * float64(len(list)))
			if alone(counts, square{x, y}) {
				level = len(list) - 1 // to be seen at all
			}
			centre := scene.Pt(d.x.a+(float64(x)+0.5)*cloudCell, p.area.Min.Y+(float64(y)+0.5)*cloudCell)
			list[level].places = append(list[level].places, inside(p.area, centre))
		}
	}
	return list
}
