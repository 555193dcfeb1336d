package state

// Open tells how a connection was opened.
type Open uint8

// The kinds of opening.
const (
	OpenMidStream Open = iota // it was open before the capture began
	OpenThreeWay
	OpenSimultaneous
	OpenFastOpen
	OpenRefused
	OpenUnanswered
	OpenHalfOpen // a SYN,ACK that was never acknowledged
)

var openNames = [...]string{"mid-stream", "three-way", "simultaneous", "fast-open", "refused", "unanswered", "half-open"}

// String returns the name used in JSON.
func (o Open) String() string { return openNames[o] }

// Close tells how a connection was closed.
type Close uint8

// The kinds of closing.
const (
	CloseOpen Close = iota // it was open when the capture ended
	CloseClientFirst
	CloseServerFirst
	CloseSimultaneous
	CloseResetByClient
	CloseResetByServer
	CloseHalfClosed // one FIN only
	CloseNone       // neither side was ever ESTABLISHED
	CloseUnknown    // the order cannot be known
)

var closeNames = [...]string{"open", "client-first", "server-first", "simultaneous", "reset-by-client", "reset-by-server", "half-closed", "none", "unknown"}

// String returns the name used in JSON.
func (c Close) String() string { return closeNames[c] }

// Vantage tells where the tap stood.
type Vantage uint8

// The vantage points.
const (
	VantageUnknown Vantage = iota
	VantageClient
	VantageServer
	VantageBetween
	VantageAfterDelay // on a delayed loopback: both directions after the delay
)

var vantageNames = [...]string{"unknown", "client", "server", "between", "after-delay"}

// String returns the name used in JSON.
func (v Vantage) String() string { return vantageNames[v] }
