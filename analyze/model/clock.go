package model

import (
	"container/heap"
	"time"
)

// clock is virtual time: what is due next happens next, and between two things
// due no time is spent. Things due at once happen in the order of their making.
type clock struct {
	now   time.Duration
	queue agenda
	made  int
}

type task struct {
	at    time.Duration
	order int
	do    func()
}

func (c *clock) after(d time.Duration, do func()) {
	c.made++
	heap.Push(&c.queue, task{c.now + d, c.made, do})
}

// next does what is due next, and tells whether there was anything before end.
func (c *clock) next(end time.Duration) bool {
	if len(c.queue) == 0 || c.queue[0].at > end {
		return false
	}
	t := heap.Pop(&c.queue).(task)
	c.now = t.at
	t.do()
	return true
}

// timer is one of the timers of an endpoint. Setting it again moves it.
type timer struct {
	on      bool
	setting int
}

func (t *timer) set(c *clock, d time.Duration, do func()) {
	t.on = true
	t.setting++
	setting := t.setting
	c.after(d, func() {
		if t.on && t.setting == setting {
			t.on = false
			do()
		}
	})
}

func (t *timer) stop() { t.on = false }

// agenda is a heap by time.
type agenda []task

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(t any)   { *a = append(*a, t.(task)) }
func (a *agenda) Pop() any {
	last := len(*a) - 1
	t := (*a)[last]
	*a = (*a)[:last]
	return t
}
