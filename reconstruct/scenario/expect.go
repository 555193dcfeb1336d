package scenario

import (
	"strconv"
	"strings"

	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Expectation is what an analysis shall say of one connection. Below the line
// --- of a file it looks like this; every line is optional but for the two
// paths, and "conn 1:" begins the expectation of another connection, counted
// as they begin in the capture (incarnations of a 4-tuple too).
//
//	open: simultaneous
//	close: client-first
//	roles: assumed
//	vantage: client
//	client: CLOSED SYN-SENT ESTABLISHED
//	client alternative: CLOSED SYN-SENT
//	client certainty: proven assumed
//	server: none
//	findings: half-close, port-reused
//
// A path of one state has no transitions: the endpoint was there and stayed. A
// path "*" is not checked, for situations that a capture cannot decide; an
// alternative names what must not be ruled out.
//
// Words are not checked against the tables of package analyze, which stand
// further down the way of the data; the test that compares them does that.
type Expectation struct {
	Line         int // where it begins
	Conn         int
	Open, Close  string // "" is not checked; as in JSON otherwise
	Roles        string
	Vantage      string
	Paths        [2][]string   // states, the first included; nil is not checked
	None         [2]bool       // nothing can be said of the endpoint: its path is empty
	Alternatives [2][][]string // each must be among those found, or the path where that is not checked
	Certainty    [2][]string   // by transition: a degree, "sure" (proven or strong) or "*"; nil is not checked
	Findings     []string      // each must be there; nil is not checked
	NoFindings   []string      // none may be there
}

// parseExpectations reads the lines after ---, the first of which is number
// first of the file.
func parseExpectations(name string, first int, lines []string) ([]Expectation, error) {
	var list []Expectation
	var given [2]bool // the paths of the expectation now read
	for i, text := range lines {
		c := &cursor{name: name, line: first + i, text: text}
		c.skipSpace()
		if c.pos == len(text) {
			continue
		}
		key, err := c.until(':')
		if err != nil {
			return nil, err
		}
		if n, ok := strings.CutPrefix(key, "conn "); ok {
			e := Expectation{Line: c.line}
			if e.Conn, err = strconv.Atoi(n); err != nil || e.Conn < 0 {
				return nil, c.errorf("want conn N, got %q", key)
			}
			if err := checkPaths(c, list, given); err != nil {
				return nil, err
			}
			list, given = append(list, e), [2]bool{}
			continue
		}
		if list == nil {
			list = []Expectation{{Line: c.line}}
		}
		if err := list[len(list)-1].parse(c, key); err != nil {
			return nil, err
		}
		given[0] = given[0] || key == "client"
		given[1] = given[1] || key == "server"
	}
	return list, checkPaths(&cursor{name: name, line: first + len(lines)}, list, given)
}

// checkPaths refuses an expectation that forgot a side: an empty path has to
// be said.
func checkPaths(c *cursor, list []Expectation, given [2]bool) error {
	for _, side := range reconstruct.Sides {
		if list != nil && !given[side] {
			return c.errorf("no path is told for the %s (\"%s: none\" is one)", side, side)
		}
	}
	return nil
}

func (e *Expectation) parse(c *cursor, key string) error {
	value := c.rest()
	for _, side := range reconstruct.Sides {
		rest, ok := strings.CutPrefix(key, side.String())
		if !ok {
			continue
		}
		switch words := strings.Fields(value); rest {
		case "":
			switch value {
			case "none":
				e.None[side] = true
			case "*":
			default:
				e.Paths[side] = words
			}
			return nil
		case " alternative":
			e.Alternatives[side] = append(e.Alternatives[side], words)
			return nil
		case " certainty":
			e.Certainty[side] = words
			return nil
		}
	}
	switch key {
	case "open":
		e.Open = value
	case "close":
		e.Close = value
	case "roles":
		e.Roles = value
	case "vantage":
		e.Vantage = value
	case "findings":
		e.Findings = splitList(value)
	case "no findings":
		e.NoFindings = splitList(value)
	default:
		return c.errorf("unknown expectation %q", key)
	}
	return nil
}

func splitList(s string) []string {
	var list []string
	for _, w := range strings.Split(s, ",") {
		if w = strings.TrimSpace(w); w != "" {
			list = append(list, w)
		}
	}
	return list
}
