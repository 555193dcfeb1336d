package view

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/view/cell"
)

// column is one of the list of connections.
type column struct {
	name  string
	right bool // numbers
	rank  int  // where room is short the highest rank goes first; 0 stays
	text  func(e *entry) string
	less  func(a, b *entry) int
}

// columns are those of the list, as flowstate summary has them. The last, the
// findings, takes what room is left.
var columns = [...]column{
	{"conn", true, 0, func(e *entry) string { return strconv.Itoa(e.number) }, by(func(e *entry) int { return e.number })},
	{"client", false, 0, endText(reconstruct.Client), byEnd(reconstruct.Client)},
	{"server", false, 0, endText(reconstruct.Server), byEnd(reconstruct.Server)},
	{"open", false, 4, func(e *entry) string { return e.open.String() }, by(func(e *entry) string { return e.open.String() })},
	{"close", false, 1, func(e *entry) string { return e.close.String() }, by(func(e *entry) string { return e.close.String() })},
	{"packets", true, 3, func(e *entry) string { return strconv.FormatInt(e.packets, 10) }, by(func(e *entry) int64 { return e.packets })},
	{"bytes >", true, 5, bytesText(reconstruct.Client), by(func(e *entry) int64 { return e.bytes[reconstruct.Client] })},
	{"bytes <", true, 5, bytesText(reconstruct.Server), by(func(e *entry) int64 { return e.bytes[reconstruct.Server] })},
	{"retr", true, 2, func(e *entry) string { return strconv.FormatInt(e.again, 10) }, by(func(e *entry) int64 { return e.again })},
	{"start s", true, 7, nil, by(func(e *entry) int64 { return int64(e.start) })},
	{"time s", true, 6, func(e *entry) string { return fmt.Sprintf("%.6f", e.lasted.Seconds()) }, by(func(e *entry) int64 { return int64(e.lasted) })},
	{"findings", false, 0, nil, by(func(e *entry) int { return e.weight() })},
}

const (
	columnClient   = 1
	columnServer   = 2
	columnStart    = 9
	columnFindings = len(columns) - 1
)

func by[T cmp.Ordered](of func(*entry) T) func(a, b *entry) int {
	return func(a, b *entry) int { return cmp.Compare(of(a), of(b)) }
}

func endText(s reconstruct.Side) func(*entry) string {
	return func(e *entry) string { return e.ends[s].String() }
}

func bytesText(s reconstruct.Side) func(*entry) string {
	return func(e *entry) string { return strconv.FormatInt(e.bytes[s], 10) }
}

func byEnd(s reconstruct.Side) func(a, b *entry) int {
	return func(a, b *entry) int { return compareEnds(a.ends[s], b.ends[s]) }
}

func compareEnds(a, b decode.Endpoint) int { return a.AddrPort().Compare(b.AddrPort()) }

// weight orders connections by how much was found: errors before warnings,
// warnings before notes, then by number.
func (e *entry) weight() (sum int) {
	for _, c := range e.findings.list() {
		sum += [...]int{finding.Note: 1, finding.Warning: 100, finding.Error: 10000}[c.Severity()]
	}
	return sum
}

// mark is the sign of the most serious finding, for those who see no colour.
func (e *entry) mark() (sign string, look cell.Look) {
	worst, ok := e.findings.severity()
	if !ok {
		return " ", cell.Look{}
	}
	return severitySigns[worst], severityLooks[worst]
}

var (
	severitySigns = [...]string{finding.Note: "·", finding.Warning: "!", finding.Error: "E"}
	severityLooks = [...]cell.Look{finding.Warning: {Ink: cell.Yellow}, finding.Error: {Ink: cell.Red, Bold: true}}
)

// codesText lists the codes.
func (e *entry) codesText() string {
	var names []string
	for _, c := range e.findings.list() {
		names = append(names, c.String())
	}
	return strings.Join(names, " ")
}

// line is all text of an entry, for a search.
func (l *list) line(e *entry) string {
	parts := make([]string, 0, len(columns))
	for i := range columns {
		parts = append(parts, l.cell(i, e))
	}
	return strings.ToLower(strings.Join(parts, " "))
}

// cell is the text of a column.
func (l *list) cell(i int, e *entry) string {
	switch i {
	case columnStart:
		return fmt.Sprintf("%.6f", e.start.Sub(l.began).Seconds())
	case columnFindings:
		return e.codesText()
	}
	return columns[i].text(e)
}
