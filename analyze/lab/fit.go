package lab

import "math"

// Fit is a curve of two parameters through points (RTT, bandwidth), in seconds
// and bits a second.
type Fit struct {
	N     int     // points; below 3 the rest means nothing
	A, B  float64 // of a line A + B*RTT; of a window A/(RTT + B) in bits and seconds
	R2    float64 // share of the bandwidth's variance that the curve explains, at most 1
	Error float64 // root mean square of the relative residuals
	Worst float64 // largest relative residual
}

// FitLine is the line through points by least squares.
func FitLine(rtt, bandwidth []float64) Fit {
	a, b := leastSquares(rtt, bandwidth)
	f := Fit{N: len(rtt), A: a, B: b}
	f.judge(rtt, bandwidth, f.Line)
	return f
}

// FitWindow is the curve of a sender that has a window A on the way in each round
// trip and loses a time B in it: 1/bandwidth grows with the RTT. It is fitted by
// least squares of the relative residuals of 1/bandwidth, without which the
// slowest points alone would decide.
func FitWindow(rtt, bandwidth []float64) Fit {
	var rr, r1, ones, r, one float64 // sums of weight*rtt*rtt and so on
	for i, v := range bandwidth {
		w := v * v // 1/v is the value, so that its relative weight is v²
		rr, r1, ones = rr+w*rtt[i]*rtt[i], r1+w*rtt[i], ones+w
		r, one = r+v*rtt[i], one+v
	}
	det := rr*ones - r1*r1
	slope, intercept := (r*ones-one*r1)/det, (one*rr-r*r1)/det
	f := Fit{N: len(rtt), A: 1 / slope, B: intercept / slope}
	f.judge(rtt, bandwidth, f.Window)
	return f
}

// Line is the bandwidth of a line at an RTT.
func (f *Fit) Line(rtt float64) float64 { return f.A + f.B*rtt }

// Window is the bandwidth of a window at an RTT.
func (f *Fit) Window(rtt float64) float64 { return f.A / (rtt + f.B) }

// Good tells whether there were enough points, at different RTTs.
func (f *Fit) Good() bool { return f.N >= 3 && !math.IsNaN(f.R2) && !math.IsInf(f.A, 0) }

func leastSquares(x, y []float64) (a, b float64) {
	var mx, my, xy, xx float64
	for i := range x {
		mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
	}
	for i := range x {
		xy, xx = xy+(x[i]-mx)*(y[i]-my), xx+(x[i]-mx)*(x[i]-mx)
	}
	return my - xy/xx*mx, xy / xx
}

// judge finds how far points lie from a curve.
func (f *Fit) judge(x, y []float64, curve func(float64) float64) {
	var mean, off, all, relative float64
	for _, v := range y {
		mean += v / float64(len(y))
	}
	for i, v := range y {
		r := curve(x[i]) - v
		off, all = off+r*r, all+(v-mean)*(v-mean)
		relative += r / v * r / v
		f.Worst = max(f.Worst, math.Abs(r/v))
	}
	f.R2, f.Error = 1-off/all, math.Sqrt(relative/float64(len(y)))
}
