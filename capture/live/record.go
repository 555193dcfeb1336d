package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Options is what the command capture can be asked for.
type Options struct {
	Config
	Output   string    // path of the file, or "-" for Stdout
	Stdout   io.Writer // needed for "-" alone
	Rotation Rotation
	Duration time.Duration // 0: until the context is done
	Comment  string        // further words for the file, beside the settings

	// Ready is called once when recording has begun, and may be nil.
	Ready func([]capture.Interface)
}

func (o Options) check() error {
	switch {
	case o.Output == "":
		return errors.New("no file to record to (hint: -w FILE.pcapng)")
	case o.Output == "-" && o.Stdout == nil:
		return errors.New("no standard output to record to")
	case o.Duration < 0:
		return fmt.Errorf("a duration of %v", o.Duration)
	}
	return o.Rotation.check(o.Output)
}

// Record records to a file, a pipe or a ring of files until the context is
// done, a limit is reached, or an interface goes down. What was recorded is
// complete in each case but that of an output that cannot be written.
func Record(ctx context.Context, o Options) (Stats, error) {
	if err := o.check(); err != nil {
		return Stats{}, err
	}
	r, err := Open(o.Config)
	if err != nil {
		return Stats{}, err
	}
	stats, err := r.record(ctx, o)
	return stats, errors.Join(err, r.Close())
}

func (r *Recorder) record(ctx context.Context, o Options) (Stats, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, err := r.output(o, cancel)
	if err != nil {
		return Stats{}, err
	}
	if o.Ready != nil {
		o.Ready(r.Interfaces())
	}
	if o.Duration > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, o.Duration)
		defer end()
	}
	stats, err := r.Run(ctx, out)
	// An output that failed fails again, with the same error but more words.
	if unfinished := out.finish(r.now(), stats); unfinished != nil {
		err = errors.Join(r.failure, unfinished)
	}
	stats.Files = out.files()
	return stats, err
}

// output opens what the options ask for. It calls broken where no more can be
// written.
func (r *Recorder) output(o Options, broken func()) (output, error) {
	section := Section{Comment: r.config.comment(), Filter: r.config.filterText(""), Interfaces: r.Interfaces()}
	if o.Comment != "" {
		section.Comment += "\n" + o.Comment
	}
	switch {
	case o.Output == "-":
		return stream(o.Stdout, section, broken)
	case o.Rotation.on():
		ring := &ringFiles{Rotation: o.Rotation, path: o.Output, section: section, stats: r.Stats, now: r.now, broken: broken}
		return ring, ring.open()
	}
	return create(o.Output, false, section, broken)
}
