package join

import (
	"sort"

	"github.com/flowstate-tcp/flowstate/capture"
)

// progress tells how far each capture is to be read so that packets are met in
// both at about the same time. It goes by frames, which no clock disturbs.
type progress struct{ marks [][2]capture.FrameNumber }

func newProgress(anchors []anchor) (p progress) {
	var highest capture.FrameNumber
	for i := range anchors {
		f := anchors[i].frames
		if f[B] > highest { // not one that was overtaken
			highest = f[B]
			p.marks = append(p.marks, f)
		}
	}
	return p
}

// ahead tells whether reading frame a of A is to wait for frame b of B.
func (p *progress) ahead(a, b capture.FrameNumber) bool { return p.counterpart(a) > b }

// counterpart returns the frame of B that lies about where a does in A.
func (p *progress) counterpart(a capture.FrameNumber) capture.FrameNumber {
	n := len(p.marks)
	if n == 0 {
		return a
	}
	i := sort.Search(n, func(i int) bool { return p.marks[i][A] > a })
	switch {
	case i == 0:
		return p.marks[0][B] - (p.marks[0][A] - a)
	case i == n:
		return p.marks[n-1][B] + (a - p.marks[n-1][A])
	}
	low, high := p.marks[i-1], p.marks[i]
	return low[B] + (a-low[A])*(high[B]-low[B])/(high[A]-low[A])
}
