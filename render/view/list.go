package view

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// mostEntries is how many connections the list holds.
const mostEntries = 1_000_000

// list is the list of connections.
type list struct {
	scroller
	all     []entry
	shown   []int32 // indices into all, in the order of the page
	widths  [len(columns)]int
	began   capture.Timestamp
	sort    int // index into columns
	down    bool
	filter  string
	keep    func(*entry) bool // nil for all
	partial string            // why the list is not whole, empty if it is
	page    int               // lines of the latest page
}

// readList fills the list from the capture.
func (a *App) readList() {
	a.list.began = capture.NoTime
	a.run(&a.listing, "reading", func(source analyze.Source, post func(func())) (func(error), error) {
		pass := analyze.New(source, analyze.Options{Select: a.o.Select, Brief: true})
		var part []entry
		told, n := time.Now(), 0
		for c := range pass.Connections() {
			part = append(part, entryOf(c))
			if n++; n == mostEntries {
				break
			}
			if len(part)%256 == 0 && time.Since(told) > tellEvery {
				ready, began := part, pass.Began()
				post(func() {
					a.list.began = began
					a.list.add(ready)
				})
				part, told = nil, time.Now()
			}
		}
		began := pass.Began()
		return func(err error) {
			a.list.began = began
			a.list.add(part)
			a.list.partial = whyPartial(err, n)
		}, pass.Err()
	})
}

// whyPartial says why not all connections are in the list.
func whyPartial(err error, n int) string {
	switch {
	case n == mostEntries:
		return fmt.Sprintf("the first %d connections only; --filter chooses others", mostEntries)
	case errors.Is(err, context.Canceled):
		return "stopped: what follows in the file is not shown"
	case err != nil:
		return "the file could not be read to its end"
	}
	return ""
}

// add takes further connections. Where the order is that of the capture they are
// put at its end; otherwise all are put into order again.
func (l *list) add(part []entry) {
	first := len(l.all)
	l.all = append(l.all, part...)
	for i := range part {
		for c := range columns {
			if c != columnFindings {
				l.widths[c] = max(l.widths[c], len(l.cell(c, &part[i])))
			}
		}
	}
	if l.sort != 0 || l.down {
		l.arrange()
		return
	}
	for i := range part {
		if l.keep == nil || l.keep(&part[i]) {
			l.shown = append(l.shown, int32(first+i))
		}
	}
}

// arrange chooses and sorts anew. The connection under the cursor stays there.
func (l *list) arrange() {
	under := int32(-1)
	if len(l.shown) > 0 {
		under = l.shown[min(l.at, len(l.shown)-1)]
	}
	l.shown = l.shown[:0]
	for i := range l.all {
		if l.keep == nil || l.keep(&l.all[i]) {
			l.shown = append(l.shown, int32(i))
		}
	}
	less := columns[l.sort].less
	slices.SortStableFunc(l.shown, func(i, j int32) int {
		order := less(&l.all[i], &l.all[j])
		if l.down {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(i, j))
	})
	l.at = max(slices.Index(l.shown, under), 0)
}

// current returns the connection under the cursor, nil for none.
func (l *list) current() *entry {
	if l.at >= len(l.shown) {
		return nil
	}
	return &l.all[l.shown[l.at]]
}

// handleList takes a key for the list.
func (a *App) handleList(k Key) {
	l := &a.list
	if n, ok := k.step(l.page); ok {
		l.move(n, len(l.shown))
		return
	}
	switch k {
	case "Enter", "Right", "l":
		if e := l.current(); e != nil {
			a.openConnection(*e, 0, a.tab)
		}
	case "s", "S":
		l.sort = (l.sort + map[Key]int{"s": 1, "S": len(columns) - 1}[k]) % len(columns)
		l.down = columns[l.sort].right && l.sort != 0 || l.sort == columnFindings // of numbers, the large ones are looked for
		a.sorted()
	case "r":
		l.down = !l.down
		a.sorted()
	case "f":
		a.ask("filter: ", "as --filter, such as port 443 and host 192.0.2.1, or a text; nothing shows all", l.filter, a.setFilter)
	case "/":
		a.ask("/", "a text in a line", "", func(text string) { a.sought = strings.ToLower(text); a.seek(1) })
	case "n", "N":
		a.seek(map[Key]int{"n": 1, "N": -1}[k])
	}
}

// sorted puts the list into a new order and shows its top.
func (a *App) sorted() {
	l := &a.list
	l.arrange()
	l.at = 0
	a.note = "sorted by " + columns[l.sort].name + map[bool]string{true: ", largest first", false: ""}[l.down]
}

// seek moves the cursor of the list to the next line that holds the text.
func (a *App) seek(step int) {
	l := &a.list
	if a.sought == "" || len(l.shown) == 0 {
		return
	}
	for i := 1; i <= len(l.shown); i++ {
		at := ((l.at+i*step)%len(l.shown) + len(l.shown)) % len(l.shown)
		if strings.Contains(l.line(&l.all[l.shown[at]]), a.sought) {
			l.at = at
			return
		}
	}
	a.note = "not found: " + a.sought
}

// setFilter shows what an expression of --filter selects or, where it is none,
// what has the text in its line.
func (a *App) setFilter(text string) {
	l := &a.list
	l.filter, l.keep = text, nil
	if text == "" {
		l.arrange()
		return
	}
	choose, err := a.o.Filter(text)
	if err != nil {
		lower := strings.ToLower(text)
		l.keep = func(e *entry) bool { return strings.Contains(l.line(e), lower) }
		l.arrange()
		a.note = fmt.Sprintf("no filter expression, so these are the lines with the text %q", text)
		return
	}
	a.chooseBy(choose)
}

// chooseBy reads the capture again and keeps the connections of which a segment
// is selected.
func (a *App) chooseBy(choose func(*decode.Segment) bool) {
	given := a.o.Select
	both := func(s *decode.Segment) bool { return choose(s) && (given == nil || given(s)) }
	a.read("filtering", func(source analyze.Source, _ func(func())) (func(error), error) {
		chosen := map[int]bool{}
		pass := analyze.New(source, analyze.Options{Select: both, Brief: true})
		for s := range pass.Segments() {
			chosen[s.Conn.Number] = true
		}
		return func(err error) {
			if err != nil {
				a.list.filter = ""
				return
			}
			a.list.keep = func(e *entry) bool { return chosen[e.number] }
			a.list.arrange()
		}, pass.Err()
	})
}
