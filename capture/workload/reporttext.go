package workload

import (
	"fmt"
	"io"
	"reflect"
)

// textWriter writes a report line by line, and keeps the first error.
type textWriter struct {
	w   io.Writer
	err error
}

func (t *textWriter) line(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format+"\n", args...)
	}
}

// section writes a struct under the names that it has in JSON, so that there
// is one list of them.
func (t *textWriter) section(title string, values any) {
	t.line("%s:", title)
	v := reflect.ValueOf(values)
	for i := range v.NumField() {
		name, value := v.Type().Field(i).Tag.Get("json"), v.Field(i).Interface()
		if sizes, ok := value.([]PageSize); ok {
			value = sizes[0].Bytes // one is all that Linux tells of
		}
		t.line("  %s: %v", name, value)
	}
}

func (t *textWriter) datum(d datum) {
	t.line("datum:")
	t.line("  bandwidth: %s KBytes/sec", d.Bandwidth)
	t.line("  time: %s seconds", d.Time)
	if d.usage == nil {
		return
	}
	t.line("  stime: %s seconds", d.System)
	t.line("  utime: %s seconds", d.User)
	t.line("  msgsnd: %d messages", d.Sent)
	t.line("  msgrcv: %d messages", d.Received)
	t.line("  nvcsw: %d voluntary context switches", d.Voluntary)
	t.line("  nivcsw: %d involuntary context switches", d.Involuntary)
}
