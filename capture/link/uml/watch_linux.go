package uml

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"
)

// How long a guest may take where only a fault makes it take long: to boot, and
// to power off after its verdict.
const (
	bootTime     = time.Minute
	powerOffTime = 5 * time.Second
)

var (
	errNoBoot     = errors.New("the user-mode Linux guest did not boot within a minute")
	errNoPowerOff = errors.New("the user-mode Linux guest did not power off")
)

// watch reads what a guest's init tells, and ends a guest that stands still.
// The job itself may take as long as its context allows.
type watch struct {
	kill    context.CancelCauseFunc
	timer   *time.Timer
	rest    []byte   // of a line that has not come in full
	verdict *verdict // the last, nil: none yet
}

func newWatch(kill context.CancelCauseFunc) *watch {
	return &watch{kill: kill, timer: time.AfterFunc(bootTime, func() { kill(errNoBoot) })}
}

// Write implements io.Writer, line by line.
func (w *watch) Write(b []byte) (int, error) {
	w.rest = append(w.rest, b...)
	for {
		line, rest, found := bytes.Cut(w.rest, []byte("\n"))
		if !found {
			return len(b), nil
		}
		w.rest = rest
		w.heed(line)
	}
}

func (w *watch) heed(line []byte) {
	var v verdict
	if json.Unmarshal(line, &v) != nil {
		return // not the init's: it writes JSON only
	}
	w.timer.Stop()
	if !v.Begun {
		w.verdict = &v
		w.timer = time.AfterFunc(powerOffTime, func() { w.kill(errNoPowerOff) })
	}
}
