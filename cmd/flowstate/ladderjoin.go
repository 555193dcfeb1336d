package main

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/join"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// joined draws ladders of two captures of the same connections.
func (w *ladders) joined() error {
	path := w.inputs[0]
	w.inputs = append(w.inputs, w.flags.join)
	var c catchOfLadders
	told := w.p.survey(path, w.flags.options(), w.p.newProgress(nil, &w.flags.common), func(_ string, a *analyze.Analysis) (int, error) {
		c = w.record(a)
		return c.seen, nil
	})
	if told.err != nil || told.shown == 0 {
		w.p.tell(&told, &w.flags.common)
		w.p.tellEmpty([]account{told}, &w.flags.common)
		return nil
	}
	w.tellChoice(path, &c)
	j := &joiner{p: w.p, flags: &joinFlags{common: w.flags.common}, files: [2]string{path, w.flags.join}}
	sketches, err := j.surveys()
	if err != nil {
		return err
	}
	numbers := map[int]bool{}
	for i := range c.list {
		numbers[c.list[i].conn.Number] = true
	}
	j.Matching = join.Align(sketches[0], sketches[1], join.Options{Numbers: numbers})
	if len(j.Pairs) == 0 {
		return fmt.Errorf("%s: what is drawn of %s is not in it", w.flags.join, path)
	}
	return w.drawJoined(path, j, &c)
}

// drawJoined gives the connections the times of both captures, and draws them.
func (w *ladders) drawJoined(path string, j *joiner, c *catchOfLadders) error {
	both := map[int]*ladder.Joined{}
	for i := range j.Pairs {
		pair := &j.Pairs[i]
		for n := range c.list {
			if c.list[n].conn.Number == pair.In[join.A].Number {
				both[pair.In[join.A].Number] = c.list[n].Join(c.list[n].conn, pair, w.flags.join)
			}
		}
	}
	if s, ok := j.Clock.Longest(); ok && !s.Sided {
		for _, l := range both {
			l.Error = s.Error
		}
	}
	err := j.again(func(a, b *pcapfile.Reader) error {
		for p := range j.Packets(a, b) {
			if l := both[p.Conns[join.A]]; l != nil {
				l.Add(p)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.base = w.names.name(path, "")
	for i := range c.list {
		l := both[c.list[i].conn.Number]
		if l == nil {
			w.p.say("connection %d of %s is not in %s", c.list[i].conn.Number, path, w.flags.join)
			continue
		}
		if err := w.put(path, l.Ladder(w.flags.ladderOptions(w.p, path)), &c.list[i]); err != nil {
			return err
		}
	}
	return nil
}
