// Package finding holds what flowstate tells its user beside the numbers: a
// stable code, how serious it is, where it was seen, and one sentence.
//
// Every code is a row of one table, which the documentation is made from.
package finding

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Severity orders findings by how much they take away from the results.
type Severity uint8

// The three severities.
const (
	Note    Severity = iota // worth knowing; results stand
	Warning                 // some result is less sure because of it
	Error                   // part of the input could not be used
)

var severityNames = [...]string{"note", "warning", "error"}

// String returns the name used in JSON: note, warning or error.
func (s Severity) String() string { return severityNames[s] }

// Finding is one thing worth telling. Frame, or Offset for damage outside any
// packet, says where; zero means "the whole connection" or "the whole file".
type Finding struct {
	Code   Code
	Frame  capture.FrameNumber
	Offset int64 // byte offset in the uncompressed file, 0 if not applicable
	Text   string
}

// Severity returns the severity of the finding's code.
func (f Finding) Severity() Severity { return f.Code.Severity() }

// New makes a finding at a frame, with a formatted sentence.
func New(code Code, frame capture.FrameNumber, format string, args ...any) Finding {
	return Finding{Code: code, Frame: frame, Text: fmt.Sprintf(format, args...)}
}

// Code names a kind of finding; see Codes for the table.
type Code uint8

// The codes, in the order of the table.
const (
	None Code = iota
	CaptureTruncated
	BadBlock
	BadPacket
	UnknownLinkType
	CaptureStartsMidStream
	OneDirectionOnly
	PacketsMissing
	PacketsDroppedByCapture
	SnaplenCut
	HeaderCut
	OffloadSegments
	IPLengthZero
	BadChecksum
	CaptureDuplicates
	ClockStep
	PortReused
	HalfClose
	ResetIgnored
	ChallengeACK
	SimultaneousOpen
	SimultaneousClose
	ZeroWindow
	UnknownWindowScale
	ICMPError
	SYNUnanswered
	ConnectionRefused
	Tunnelled
	FastOpen
	SelfConnect
	OldDuplicate
	NotRFC
	TimeWaitReuse
	TableFull
	TimeOutOfRange
	CommentsLeftOut
	numCodes
)

// Row is one line of the table of codes.
type Row struct {
	Code     Code
	Name     string
	Severity Severity
	Meaning  string
}

var table = [numCodes]Row{
	None:                    {None, "none", Note, "no finding; never reported"},
	CaptureTruncated:        {CaptureTruncated, "capture-truncated", Error, "the file ends inside a record; everything before it was used"},
	BadBlock:                {BadBlock, "bad-block", Error, "a record or block of the file is malformed and was skipped"},
	BadPacket:               {BadPacket, "bad-packet", Warning, "a packet's headers contradict each other and it was left out"},
	UnknownLinkType:         {UnknownLinkType, "unknown-link-type", Warning, "packets of a link type that flowstate does not decode"},
	CaptureStartsMidStream:  {CaptureStartsMidStream, "capture-starts-mid-stream", Note, "the connection was open before its first packet in the capture"},
	OneDirectionOnly:        {OneDirectionOnly, "one-direction-only", Warning, "the capture holds the packets of one side alone"},
	PacketsMissing:          {PacketsMissing, "packets-missing", Warning, "the capture lacks packets which an endpoint acknowledged"},
	PacketsDroppedByCapture: {PacketsDroppedByCapture, "packets-dropped-by-capture", Warning, "the recorder itself counted packets that it lost"},
	SnaplenCut:              {SnaplenCut, "snaplen-cut", Note, "packets were recorded in part; payload bytes are missing"},
	HeaderCut:               {HeaderCut, "header-cut", Warning, "packets were cut inside the TCP header and could not be used in full"},
	OffloadSegments:         {OffloadSegments, "offload-segments", Note, "segments larger than the path carries: captured before or after segmentation offload"},
	IPLengthZero:            {IPLengthZero, "ip-length-zero", Note, "IP total length 0, as segmentation offload leaves it; the captured length was used"},
	BadChecksum:             {BadChecksum, "bad-checksum", Note, "checksums do not match, and are not what checksum offload leaves; the packets were used all the same"},
	CaptureDuplicates:       {CaptureDuplicates, "capture-duplicates", Note, "packets recorded more than once; the copies are marked and never taken for retransmissions"},
	ClockStep:               {ClockStep, "clock-step", Warning, "timestamps step backwards, or jump ahead while the clocks of both endpoints did not"},
	PortReused:              {PortReused, "port-reused", Note, "the same addresses and ports carry a further connection"},
	HalfClose:               {HalfClose, "half-close", Note, "one side closed while the other went on sending"},
	ResetIgnored:            {ResetIgnored, "reset-ignored", Warning, "a reset changed nothing"},
	ChallengeACK:            {ChallengeACK, "challenge-ack", Note, "an unacceptable segment was answered by a challenge ACK"},
	SimultaneousOpen:        {SimultaneousOpen, "simultaneous-open", Note, "both sides sent a SYN before they saw the other's"},
	SimultaneousClose:       {SimultaneousClose, "simultaneous-close", Note, "both sides sent a FIN before they saw the other's"},
	ZeroWindow:              {ZeroWindow, "zero-window", Note, "a receiver closed its window"},
	UnknownWindowScale:      {UnknownWindowScale, "unknown-window-scale", Note, "the handshake is missing, so windows cannot be scaled"},
	ICMPError:               {ICMPError, "icmp-error", Warning, "an ICMP error quotes a segment of this connection; on a capture, a UDP datagram or a segment that it lacks"},
	SYNUnanswered:           {SYNUnanswered, "syn-unanswered", Note, "no answer to the SYN"},
	ConnectionRefused:       {ConnectionRefused, "connection-refused", Note, "the SYN was answered by a reset"},
	Tunnelled:               {Tunnelled, "tunnelled", Note, "the connection was carried inside a tunnel"},
	FastOpen:                {FastOpen, "fast-open", Note, "data was sent in the SYN (TCP Fast Open)"},
	SelfConnect:             {SelfConnect, "self-connect", Note, "a socket connected to itself; one endpoint plays both sides"},
	OldDuplicate:            {OldDuplicate, "old-duplicate", Note, "a late segment of an earlier connection, or one outside the window"},
	NotRFC:                  {NotRFC, "not-rfc", Warning, "a segment which RFC 9293 does not allow in the sender's state"},
	TimeWaitReuse:           {TimeWaitReuse, "time-wait-reuse", Note, "the addresses and ports were used again during TIME-WAIT"},
	TableFull:               {TableFull, "table-full", Warning, "more connections at once than flowstate tracks; the longest idle were closed early"},
	TimeOutOfRange:          {TimeOutOfRange, "time-out-of-range", Warning, "timestamps outside the years 1678 to 2262, which were clamped or read as before 1970"},
	CommentsLeftOut:         {CommentsLeftOut, "comments-left-out", Note, "more comments in the file than are kept"},
}

// String returns the code as it stands in JSON, in kebab case.
func (c Code) String() string { return table[c].Name }

// Severity returns the severity that goes with the code.
func (c Code) Severity() Severity { return table[c].Severity }

// Codes returns the table of codes, in its order, without None.
func Codes() []Row { return table[None+1:] }
