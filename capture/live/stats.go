package live

// Stats is the account of a recording.
type Stats struct {
	Packets    int64      // recorded
	Bytes      int64      // recorded of them
	Interfaces []Counters // in the order of the configuration
	Files      []string   // written by Record and still there, oldest first
}

// Counters is the kernel's account of one interface: packets that the filter
// selected, and how many of them were lost since nobody made room for them in
// time. A recording that ends by a count leaves some out that are in neither.
type Counters struct {
	Interface string
	Received  uint64 // also those that were lost
	Dropped   uint64
}

// Dropped returns how many packets were lost on all interfaces.
func (s Stats) Dropped() uint64 {
	var n uint64
	for _, c := range s.Interfaces {
		n += c.Dropped
	}
	return n
}

// since returns what was counted after earlier, which may be empty.
func since(now, earlier []Counters) []Counters {
	grown := make([]Counters, len(now))
	for i, c := range now {
		if i < len(earlier) {
			c.Received -= earlier[i].Received
			c.Dropped -= earlier[i].Dropped
		}
		grown[i] = c
	}
	return grown
}
