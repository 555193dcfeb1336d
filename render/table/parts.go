package table

import (
	"strings"

	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// The pieces of what is printed for people, for those who lay them out in
// another way than this package, such as a page of HTML. None has colours or
// control characters.

// Heading is that of a column of text.
type Heading struct {
	Name  string
	Right bool // its cells are numbers, which stand at the right
}

func headings(list []heading) []Heading {
	all := make([]Heading, len(list))
	for i, h := range list {
		all[i] = Heading{h.name, h.right}
	}
	return all
}

// SummaryHeadings are those of SummaryCells.
func SummaryHeadings() []Heading { return headings(summaryHeadings[:]) }

// SummaryCells is a connection as a row of the summary, its file in front. The
// last cell holds the codes of its findings, with a space between two.
func SummaryCells(c *Connection) []string {
	line := strings.TrimSuffix(string((&SummaryText{Files: true}).AppendRow(nil, c)), "\n")
	return strings.SplitN(line, "\t", len(summaryHeadings))
}

// Fact is something told about a connection or a capture: what it is, and its
// value.
type Fact struct{ Label, Text string }

// Facts tells a connection as a whole: its health, where the tap was, how it
// opened and closed.
func Facts(c *Connection) (all []Fact) {
	for _, line := range blockLines(c) {
		all = append(all, Fact{line[0], line[1]})
	}
	return all
}

// SideFact is something told of each side; "-" where it is known of the other
// alone.
type SideFact struct {
	Label string
	Sides [2]string
}

// SideFacts tells the numbers and the behaviour of both sides. What is known of
// neither is left out.
func SideFacts(c *Connection) (all []SideFact) {
	for _, lines := range [...][]sideLine{sideLines[:], behaviourLines[:]} {
		for _, line := range lines {
			client, server := line.of(c, reconstruct.Client), line.of(c, reconstruct.Server)
			if client.kind != unknown || server.kind != unknown {
				all = append(all, SideFact{line.label, [2]string{orDash(string(client.appendFlat(nil))), orDash(string(server.appendFlat(nil)))}})
			}
		}
	}
	return all
}

// Path is what is told of the states of one side.
type Path struct {
	Who     string     // "client 10.0.0.1:40000"
	Ends    string     // "ends in CLOSED", or why there is no row
	States  string     // their names, from the first to the last
	Rows    [][]string // under PathHeadings, a transition each
	Others  []Other    // paths that the capture allows too, the likeliest first
	Omitted int        // further ones, less likely
}

// Other is a path that the capture allows too.
type Other struct{ States, Why string }

// PathHeadings are those of the rows of a Path. "certainty" is one word of
// state.Certainty.
func PathHeadings() []Heading { return headings(pathHeadings[1:]) }

// PathOf tells the states of one side.
func PathOf(c *Connection, side reconstruct.Side) Path {
	told := c.View.Tell(c.States.Paths[side])
	p := Path{Who: side.String() + " " + c.Ends[side].String(), Ends: c.pathEnd(side, len(told)), States: strings.Join(stateNames(told), " → ")}
	places := precision(c)
	for i := range told {
		p.Rows = append(p.Rows, transitionCells(&told[i], places))
	}
	for i, a := range c.alternatives(side) {
		if left := len(c.States.Alternatives[side]) - i; i == likely && left > 1 {
			p.Omitted = left
			break
		}
		p.Others = append(p.Others, Other{strings.Join(departure(stateNames(told), stateNames(a.path)), " → "), a.why})
	}
	return p
}

// FindingHeadings are those of FindingCells.
func FindingHeadings() []Heading {
	return []Heading{{Name: "severity"}, {Name: "code"}, {Name: "frame", Right: true}, {Name: "text"}}
}

// FindingCells is a finding as a row.
func FindingCells(f finding.Finding) []string {
	return []string{f.Severity().String(), f.Code.String(), number0(int64(f.Frame)), clean(f.Text)}
}

// CaptureFacts tells what is wrong with a capture as a whole, a line for each
// count that is not zero.
func CaptureFacts(c *Capture) (all []Fact) {
	for _, f := range captureHealth() {
		v := f.of(c)
		if v.kind == unknown || v.kind == listed || v.kind == number && v.number == 0 {
			continue
		}
		text := string(v.appendFlat(nil))
		if f.Unit != "" {
			text += " " + f.Unit
		}
		all = append(all, Fact{strings.ReplaceAll(strings.TrimPrefix(f.Name, "health."), "_", " "), text + " " + f.Meaning})
	}
	return all
}

// InterfaceHeadings are those of InterfaceCells.
func InterfaceHeadings() (all []Heading) {
	for _, f := range interfaceFields() {
		all = append(all, Heading{strings.ReplaceAll(f.Name, "_", " "), f.Name != "name"})
	}
	return all
}

// InterfaceCells are the interfaces of a capture as rows.
func InterfaceCells(c *Capture) (all [][]string) {
	for i := range c.Interfaces {
		var row []string
		for _, f := range interfaceFields() {
			v := f.of(&c.Interfaces[i])
			row = append(row, clean(orDash(string(v.appendFlat(nil)))))
		}
		all = append(all, row)
	}
	return all
}
