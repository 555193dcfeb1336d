package task

import (
	"fmt"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/course"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// Task is the set of questions of one course.
type Task struct {
	Name    string
	Meaning string               // in one line: whose it is and what it asks
	Unit    string               // what an answer is about
	Columns []explain.Column     // of its table; nil where it has none to give as CSV
	Payload bool                 // it looks into the payload: see analyze.Options
	Extra   func() analyze.Extra // what it needs beside, likewise; nil for nothing
	// Whole: it looks at every segment of a connection, whichever of them the
	// connection was chosen by; see analyze.Options.
	Whole bool
	each  bool // an answer is about one connection
	begin func(Request) Teller
}

// Request says what is to be told.
type Request struct {
	File   string
	Chosen bool // the connections were chosen: all of them are told
	// Began returns the time of the first packet of the capture, once it is read.
	Began func() capture.Timestamp
	// Findings returns those of the capture as a whole, once it is read.
	Findings func() []finding.Finding
}

// Teller gathers from one capture what a task asks for.
type Teller interface {
	Observe(*analyze.Segment)       // the next segment
	End(*analyze.Connection)        // a connection that has ended, after its last segment
	Documents() []*explain.Document // once all have ended
}

// Begin returns what answers the task from one capture.
func (t *Task) Begin(r Request) Teller { return t.begin(r) }

// Before names the columns that come before the task's own in CSV.
func (t *Task) Before() []string {
	if t.each {
		return []string{"file", "conn"}
	}
	return []string{"file"}
}

// Header returns the first line of the task's table as CSV.
func (t *Task) Header() []byte {
	names := t.Before()
	for i := range t.Columns {
		names = append(names, t.Columns[i].Name)
	}
	return []byte(strings.Join(names, ",") + "\n")
}

// All returns the tasks, in the order in which they are listed.
func All() []Task { return append([]Task(nil), tasks[:]...) }

// Names returns the names of all tasks.
func Names() []string {
	names := make([]string, len(tasks))
	for i := range tasks {
		names[i] = tasks[i].Name
	}
	return names
}

// Find returns the task of a name.
func Find(name string) (*Task, error) {
	for i := range tasks {
		if tasks[i].Name == name {
			t := tasks[i]
			return &t, nil
		}
	}
	return nil, fmt.Errorf("unknown task %q: use %s", name, strings.Join(Names(), ", "))
}

// entry is what is kept of a connection while it is open.
type entry struct {
	number   int
	measures course.Tracker
	rows     ladder.Recorder
}

// book keeps an entry for each connection that is tracked, by its slot: one that
// is not asked for ends without a word, and gives its slot to another.
type book struct {
	entries map[int]*entry
	rows    bool // those of the ladder are wanted
}

func newBook(rows bool) book { return book{map[int]*entry{}, rows} }

func (b book) observe(s *analyze.Segment) {
	e := b.entries[s.Conn.Slot]
	if e == nil || e.number != s.Conn.Number {
		e = &entry{number: s.Conn.Number}
		b.entries[s.Conn.Slot] = e
	}
	e.measures.Observe(s)
	if b.rows {
		e.rows.Add(s)
	}
}

// take returns the entry of a connection and forgets it.
func (b book) take(c *analyze.Connection) *entry {
	e := b.entries[c.Slot]
	if e == nil || e.number != c.Number {
		return new(entry)
	}
	delete(b.entries, c.Slot)
	return e
}
