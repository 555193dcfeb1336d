package figures

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
)

// againstKernel tells how near the congestion windows that captures show are to
// those that the senders' kernels told.
func againstKernel(details []*Detail) (answers []string) {
	for _, d := range details {
		off := d.errors()
		if len(off) < fewSamples {
			continue
		}
		slices.Sort(off)
		near := sort.SearchFloat64s(off, nearKernel)
		answers = append(answers, fmt.Sprintf("Congestion window, estimate against the kernel's at %d samples of %s: off by %s (median), within %s at %s of them.",
			len(off), d.words(), percent(lab.SpreadOf(off).Median), percent(nearKernel), percent(float64(near)/float64(len(off)))))
	}
	return answers
}

// fewSamples are too few to say anything.
const fewSamples = 5

// nearKernel is the share by which an estimate that agrees may be off.
const nearKernel = 0.1

// errors are the relative errors of the estimates at the kernel's samples. Where
// the capture tells only the least that the window can be, there is none.
func (d *Detail) errors() (off []float64) {
	moments := d.Along.Moments
	for _, k := range d.Kernel {
		i := sort.Search(len(moments), func(i int) bool { return moments[i].At > k.At }) - 1
		if i < 0 || !moments[i].Estimate || moments[i].Cwnd == 0 || k.At-moments[i].At > max(d.Outcome.Transfer.RTT, time.Millisecond) {
			continue
		}
		off = append(off, math.Abs(float64(moments[i].Cwnd-k.Cwnd))/float64(k.Cwnd))
	}
	return off
}
