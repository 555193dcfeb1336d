package lab

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

// Plan is a grid of runs: every combination of the axes' values, Repeat times.
type Plan struct {
	Base   Settings `json:"base"`
	Axes   []Axis   `json:"axes,omitempty"`
	Repeat int      `json:"repeat"`

	// LeaveOut is how many of the first connections of each setting are not to
	// count, for they may have found cold caches. No run depends on it.
	LeaveOut int `json:"leave_out,omitempty"`
}

// sameRuns tells whether two plans ask for the same runs.
func (p Plan) sameRuns(q Plan) bool {
	p.LeaveOut = q.LeaveOut
	return reflect.DeepEqual(p, q)
}

// Axis is one setting and the values that it goes through.
type Axis struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// Delays is the axis of one-way delays, the same in both directions.
func Delays(delays ...time.Duration) Axis { return millis("delay", delays) }

// BackDelays is the axis of delays from the server to the client. It has to come
// after Delays, which set them too.
func BackDelays(delays ...time.Duration) Axis { return millis("back-delay", delays) }

func millis(name string, delays []time.Duration) Axis {
	a := Axis{Name: name}
	for _, d := range delays {
		a.Values = append(a.Values, strings.ReplaceAll(Millis(d), " ", ""))
	}
	return a
}

// axes are the settings that a plan can go through: a table, so that one more
// is one more row.
func axes() map[string]func(*Settings, string) error {
	return map[string]func(*Settings, string) error{
		"delay":      setDelay,
		"back-delay": setBackDelay,
		"buffers":    setBuffers,
		"loss":       setLoss,
		"cc":         func(s *Settings, value string) error { s.Congestion = value; return nil },
		"record":     (*Settings).Record,
	}
}

func setDelay(s *Settings, value string) error {
	d, err := time.ParseDuration(value)
	for i := range s.Way {
		s.Way[i].Delay = d
	}
	return err
}

func setBackDelay(s *Settings, value string) (err error) {
	s.Way[1].Delay, err = time.ParseDuration(value)
	return err
}

func setBuffers(s *Settings, value string) error {
	if value != "auto" && value != "fixed" {
		return &workload.UsageError{Problem: fmt.Sprintf("no buffers %q", value), Hint: "auto or fixed"}
	}
	s.Knobs.Fixed = value == "fixed"
	return nil
}

func setLoss(s *Settings, value string) error {
	var share float64
	_, err := fmt.Sscanf(value, "%g", &share)
	for i := range s.Way {
		s.Way[i].Loss = share / 100
	}
	return err
}

// job is a run that is to be made.
type job struct {
	cell     string // its place in the grid: "delay=20ms,buffers=auto"
	name     string // the cell and the number of the repetition
	settings Settings
}

// jobs lists the runs. The repetitions of a cell are spread over the whole
// plan: what disturbs the machine for a while does not hit one cell alone.
func (p *Plan) jobs() ([]job, error) {
	cells := []job{{settings: p.Base}}
	for _, axis := range p.Axes {
		set, known := axes()[axis.Name]
		if !known {
			return nil, fmt.Errorf("no setting %q to go through", axis.Name)
		}
		var next []job
		for _, c := range cells {
			for i, value := range axis.Values {
				if strings.ContainsAny(value, `/\,=`) || slices.Contains(axis.Values[:i], value) {
					return nil, &workload.UsageError{Problem: fmt.Sprintf("%s %q is there twice, or no value that a folder can be named for", axis.Name, value)}
				}
				n := job{cell: strings.TrimPrefix(c.cell+","+axis.Name+"="+value, ","), settings: c.settings}
				if err := set(&n.settings, value); err != nil {
					return nil, fmt.Errorf("%s: %w", axis.Name, err)
				}
				next = append(next, n)
			}
		}
		cells = next
	}
	return repeated(cells, max(1, p.Repeat))
}

func repeated(cells []job, times int) ([]job, error) {
	var all []job
	for n := range times {
		for _, c := range cells {
			if err := c.settings.Check(); err != nil {
				return nil, err
			}
			if c.cell == "" {
				c.cell = c.settings.Workload
			}
			c.name = path.Join(c.cell, fmt.Sprintf("%02d", n+1))
			c.settings.Seed += uint64(n) // repetitions are not copies
			all = append(all, c)
		}
	}
	return all, nil
}

// Links lists the links of a plan's cells, each under the name of the first cell
// that has it.
func (p *Plan) Links() (names []string, configs []link.Config, err error) {
	jobs, err := p.jobs()
	for _, j := range jobs {
		c := j.settings.config()
		c.Seed = 0 // repetitions differ in nothing else
		if !slices.Contains(configs, c) {
			names, configs = append(names, j.cell), append(configs, c)
		}
	}
	return names, configs, err
}

// Check refuses a plan that cannot be meant.
func (p *Plan) Check() error {
	_, err := p.jobs()
	return err
}

// Names lists the runs of a plan in the order in which they are made.
func (p *Plan) Names() ([]string, error) {
	jobs, err := p.jobs()
	var names []string
	for _, j := range jobs {
		names = append(names, j.name)
	}
	return names, err
}
