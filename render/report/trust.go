package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/health"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/render/phrase"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// Verdict says in a sentence or two how far the recording can be trusted.
func (r *Report) Verdict() string {
	unread, damaged := 0, 0
	for i := range r.Sources {
		s := &r.Sources[i]
		if s.Err != nil {
			unread++
		} else if slices.ContainsFunc(s.Findings, func(f finding.Finding) bool { return f.Severity() == finding.Error }) {
			damaged++
		}
	}
	var said []string
	if unread > 0 {
		said = append(said, fmt.Sprintf("%s could not be read to the end.", phrase.Counted(unread, "capture")))
	}
	if damaged > 0 {
		said = append(said, fmt.Sprintf("%s: part of the file could not be used.", phrase.Counted(damaged, "damaged capture")))
	}
	switch all, harmed := len(r.Connections), r.harmed(); {
	case all == 0:
		said = append(said, "There is no TCP connection.")
	case harmed == 0:
		said = append(said, "Every measurement can be trusted.")
	case harmed == all:
		said = append(said, "Some measurements are less sure, or cannot be known; which, and why, is told below.")
	default:
		said = append(said, fmt.Sprintf("In %d of %d connections some measurements are less sure, or cannot be known; which, and why, is told below.", harmed, all))
	}
	return strings.Join(said, " ")
}

// harmed counts the connections of which a measurement is in doubt.
func (r *Report) harmed() (n int) {
	for _, c := range r.Connections {
		if len(c.Health.Doubts) > 0 {
			n++
		}
	}
	return n
}

// Doubted tells whether any measurement is in doubt, so that TrustRows say more
// than the Verdict.
func (r *Report) Doubted() bool { return r.harmed() > 0 }

// TrustHeadings are those of TrustRows.
func TrustHeadings() []table.Heading {
	return []table.Heading{{Name: "measurement"}, {Name: "good", Right: true}, {Name: "reduced", Right: true}, {Name: "none", Right: true}, {Name: "because"}}
}

// TrustRows tells of each measurement in how many connections it can be trusted,
// and why it cannot in the others.
func (r *Report) TrustRows() (rows [][]string) {
	for m := range health.Measurement(health.NumMeasurements) {
		row := []string{strings.ReplaceAll(m.String(), "_", " ")}
		for _, n := range r.trust[m] {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, append(row, strings.Join(r.reasons(m), "; ")))
	}
	return rows
}

// reasons lists why a measurement is in doubt, each once.
func (r *Report) reasons(m health.Measurement) (list []string) {
	for _, c := range r.Connections {
		for _, d := range c.Health.Doubts {
			if d.Measurement == m && !slices.Contains(list, d.Why) {
				list = append(list, d.Why)
			}
		}
	}
	return list
}

// SourceHeadings are those of SourceRows.
func SourceHeadings() []table.Heading {
	return []table.Heading{{Name: "capture"}, {Name: "format"}, {Name: "packets", Right: true}, {Name: "TCP segments", Right: true}, {Name: "connections", Right: true}, {Name: "findings"}}
}

// Cells is a capture as a row.
func (s *Source) Cells() []string {
	connections := "-"
	if s.Counted {
		connections = strconv.FormatInt(s.Connections, 10)
	}
	var codes []string
	if s.Err != nil {
		codes = append(codes, s.Err.Error())
	}
	for _, f := range s.Findings {
		if code := f.Code.String(); !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return []string{s.File, s.Format, strconv.FormatInt(s.Packets, 10), strconv.FormatInt(s.Segments, 10), connections, strings.Join(codes, " ")}
}
