package lab

import "testing"

func TestVariant(t *testing.T) {
	for name, want := range map[string]string{
		"delay=5ms": "", "benchmark": "", "delay=5ms,buffers=auto": "buffers=auto",
		"delay=5ms,buffers=fixed,cc=reno,record=none": "buffers=fixed,cc=reno",
	} {
		if got := (&Cell{Name: name}).Variant(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestTypicalIsNearestToTheMedian(t *testing.T) {
	measured := Transfer{Known: true}
	c := &Cell{Outcomes: []Outcome{
		{Goodput: 1, Transfer: measured}, {Goodput: 5, Transfer: measured, Run: "first"},
		{Goodput: 5, Transfer: measured, Run: "second"}, {Goodput: 9, Transfer: measured}, {Goodput: 4.9},
	}}
	c.Finish(0)
	if got := c.Typical(); got == nil || got.Run != "first" {
		t.Errorf("%+v", got)
	}
	if got := (&Cell{}).Typical(); got != nil {
		t.Errorf("of none: %+v", got)
	}
}
