package lab

import (
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
)

// object is a connection of a run in JSON. Absent is unknown.
type object struct {
	Schema    string   `json:"schema"`
	Cell      string   `json:"cell"`
	Backend   string   `json:"backend"`
	Conn      int      `json:"conn"`
	RTT       seconds  `json:"handshake_rtt_s,omitempty"`
	Close     string   `json:"close"`
	Gap       *seconds `json:"close_gap_s,omitempty"`
	OneWay    seconds  `json:"one_way_s,omitempty"`
	Predicted string   `json:"predicted,omitempty"`
	Agrees    *bool    `json:"agrees,omitempty"`
	Goodput   float64  `json:"goodput_bps,omitempty"`
}

// seconds is a duration as design.md has it: a decimal with up to nine places.
type seconds time.Duration

// MarshalJSON writes the decimal.
func (s seconds) MarshalJSON() ([]byte, error) {
	text := strconv.FormatFloat(time.Duration(s).Seconds(), 'f', 9, 64)
	return []byte(strings.TrimSuffix(strings.TrimRight(text, "0"), ".")), nil
}

// rate is one in bits a second with one place.
func rate(bits float64) float64 { return math.Round(bits*10) / 10 }

// JSON prints one object a line for each connection.
func JSON(w io.Writer, r *Report) error {
	lines := json.NewEncoder(w)
	for _, c := range r.Cells {
		for _, o := range c.Outcomes {
			line := object{
				Schema: "flowstate.lab-connection/1", Cell: c.Name, Backend: r.Backend, Conn: o.Number,
				RTT: seconds(o.HandshakeRTT), Close: o.Close.String(), Goodput: rate(o.Goodput),
			}
			if unlimited(r, &c) {
				line.Goodput = 0
			}
			if o.Predicted != lab.NoPrediction {
				gap := seconds(o.Gap) // may be zero, which is known
				line.Gap, line.OneWay = &gap, seconds(o.OneWay)
				line.Predicted, line.Agrees = o.Predicted.String(), &o.Agrees
			}
			if err := lines.Encode(line); err != nil {
				return err
			}
		}
	}
	return nil
}
