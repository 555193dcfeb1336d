package witness

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// maxBuckets is how many a histogram by powers of two can have.
const maxBuckets = 64

// takeTcprtt reads a line of tcprtt, or of a histogram of bpftrace.
func (r *reader) takeTcprtt(line string) bool {
	trimmed := strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(trimmed, "Tracing TCP RTT"), strings.HasPrefix(trimmed, "Attaching ") && strings.Contains(trimmed, "probe"):
		return true
	case r.tripsLabel(trimmed):
		return true
	case strings.HasPrefix(trimmed, "usecs") || strings.HasPrefix(trimmed, "msecs"):
		r.beginTrips(trimmed)
		return true
	}
	low, high, count, ok := bucketOf(trimmed)
	if !ok {
		return false
	}
	if r.bars == 0 && strings.HasPrefix(trimmed, "[") {
		r.beginTrips("usecs")
	}
	if r.bars == 0 {
		return false
	}
	trips := &r.text.Observations[r.bars-1].Trips
	if len(trips.Buckets) < maxBuckets {
		trips.Buckets = append(trips.Buckets, Bucket{low, high, count})
	}
	return true
}

// tripsLabel reads the line above a histogram: whose round trips it counts.
func (r *reader) tripsLabel(line string) bool {
	if strings.HasPrefix(line, "@") && strings.HasSuffix(line, ":") {
		r.label, r.bars = Endpoint{Text: strings.TrimSuffix(line, ":")}, 0
		return true
	}
	label, value, found := strings.Cut(line, "=")
	if !found || !strings.Contains(label, "Address") {
		return false
	}
	r.label, r.bars = Endpoint{}, 0
	r.byPeer = strings.Contains(label, "Remote")
	first, _, _ := strings.Cut(strings.TrimSpace(value), " ")
	if a, err := netip.ParseAddr(first); err == nil {
		r.label.Addr = a.Unmap()
	}
	r.label.Text = strings.TrimSpace(strings.TrimRight(label, " :"))
	if first != "" {
		r.label.Text += " " + first
	}
	return true
}

// beginTrips opens a histogram under the latest label.
func (r *reader) beginTrips(heading string) {
	o := Observation{Tool: Tcprtt, Kind: RoundTrips, Shown: r.label.Text, Trips: Trips{Unit: time.Microsecond}}
	if strings.HasPrefix(heading, "msecs") || strings.Contains(r.label.Text, "msec") {
		o.Trips.Unit = time.Millisecond
	}
	if r.byPeer {
		o.Remote = r.label
	} else {
		o.Local = r.label
	}
	if r.add(o) != nil {
		r.bars = len(r.text.Observations)
	}
}

// bucketOf reads "low -> high : count |***|", or bpftrace's "[low, high) count".
func bucketOf(line string) (low, high, count int64, ok bool) {
	if strings.HasPrefix(line, "[") {
		return halfOpen(line)
	}
	ends, rest, found := strings.Cut(line, ":")
	from, to, also := strings.Cut(ends, "->")
	if !found || !also {
		return 0, 0, 0, false
	}
	number, _, _ := strings.Cut(rest, "|")
	var good [3]bool
	low, good[0] = parseAmount(from)
	high, good[1] = parseAmount(to)
	count, good[2] = parseAmount(number)
	return low, high, count, good == [3]bool{true, true, true}
}

func halfOpen(line string) (low, high, count int64, ok bool) {
	ends, rest, found := strings.Cut(line[1:], ")")
	if !found {
		ends, rest, found = strings.Cut(line[1:], "]") // [0] and [1] are buckets of one number
	}
	from, to, pair := strings.Cut(ends, ",")
	number, _, _ := strings.Cut(rest, "|")
	var good [3]bool
	low, good[0] = parseAmount(from)
	high, good[1] = low, !pair
	if pair {
		high, good[1] = parseAmount(to)
		high--
	}
	count, good[2] = parseAmount(number)
	return low, high, count, found && good == [3]bool{true, true, true}
}

// parseAmount reads a number that may end in K, M or G: powers of 1024.
func parseAmount(s string) (n int64, ok bool) {
	s = strings.TrimSpace(s)
	shift := 0
	if s != "" {
		if i := strings.IndexByte("KMG", s[len(s)-1]); i >= 0 {
			shift, s = 10*(i+1), s[:len(s)-1]
		}
	}
	v, err := strconv.ParseUint(s, 10, 32)
	return int64(v) << shift, err == nil
}
