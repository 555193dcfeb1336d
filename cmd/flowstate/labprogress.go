package main

import (
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/lab"
)

// labProgress tells of each run when it begins, and how long the rest will
// take. Skipped runs are counted, not told.
func (p *program) labProgress(flags *labFlags) func(lab.Progress) {
	if flags.quiet {
		return nil
	}
	return func(at lab.Progress) {
		if at.Ended {
			return
		}
		left := ""
		if at.Left >= time.Second {
			left = fmt.Sprintf(", about %v left", at.Left.Round(time.Second))
		}
		p.say("run %d of %d: %s%s", at.Done+1, at.Of, at.Name, left)
	}
}
