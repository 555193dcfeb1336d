package main

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/peer"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tcptrace"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tshark"
	"github.com/flowstate-tcp/flowstate/capture"
)

// patience bounds how long another program may take over one capture: tcptrace
// does not end on some.
const patience = 5 * time.Minute

// runTshark returns what tshark prints of each frame. Damage at the end of a
// capture makes it fail after its output, which is not worth a word.
func (c *crosscheck) runTshark(path string) map[capture.FrameNumber]*tshark.Printed {
	if c.tshark == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.tshark, tshark.Arguments(path)...)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		c.p.say("%s: tshark cannot be run: %v", path, err)
		return nil
	}
	rows := map[capture.FrameNumber]*tshark.Printed{}
	err = tshark.Read(out, func(p *tshark.Printed) bool {
		rows[p.Frame] = p
		return true
	})
	if _, copied := io.Copy(io.Discard, out); err == nil {
		err = copied
	}
	if ended := cmd.Wait(); err == nil && len(rows) == 0 {
		err = ended
	}
	if err != nil {
		c.p.say("%s: tshark: %v", path, err)
	}
	return rows
}

// runTcptrace returns what tcptrace prints of each connection.
func (c *crosscheck) runTcptrace(path string) []*tcptrace.Printed {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, c.tcptrace, tcptrace.Arguments(path)...).Output()
	if err != nil {
		c.p.say("%s: tcptrace cannot read it: %v", path, err)
		return nil
	}
	list, err := tcptrace.Read(bytes.NewReader(out))
	if err != nil {
		c.p.say("%s: tcptrace's output: %v", path, err)
	}
	return list
}

// compareNumbers compares the connections of a capture with tcptrace's. Both
// number them in the order of their first packets; one that tcptrace does not
// have, or takes for another, is told once and not compared.
func (c *crosscheck) compareNumbers(path string, take func([]peer.Difference) error) error {
	if c.tcptrace == "" {
		return nil
	}
	printed := c.runTcptrace(path)
	if len(printed) == 0 {
		return nil
	}
	reader, err := c.p.open(path)
	if err != nil {
		return err
	}
	defer reader.Close()
	o := c.flags.options()
	o.Extra = func() analyze.Extra { return new(tcptrace.Tracker) }
	waiting := map[string][]*tcptrace.Printed{}
	for _, p := range printed {
		waiting[p.Key()] = append(waiting[p.Key()], p)
	}
	unmatched := 0
	a := analyze.New(reader, o)
	for conn := range a.Connections() {
		key := conn.Extra.(*tcptrace.Tracker).Result(&conn.Connection).Key(&conn.Connection)
		if len(waiting[key]) == 0 {
			unmatched++
			continue
		}
		p := waiting[key][0]
		waiting[key] = waiting[key][1:]
		if err := take(peer.Connection(conn, p)); err != nil {
			return err
		}
	}
	if unmatched > 0 && !c.flags.quiet {
		c.p.say("%s: tcptrace does not have %d of the connections, or between other ends", path, unmatched)
	}
	return a.Err()
}
