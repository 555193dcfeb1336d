package analyze_test

import (
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
)

// mistaken is a source with a mistake of ours in it.
type mistaken struct{}

func (mistaken) Next(*capture.Packet) error { panic("a mistake of ours") }

// TestReaderPanics lets a panic of the reader be caught by who analyses.
func TestReaderPanics(t *testing.T) {
	defer func() {
		if why, _ := recover().(string); !strings.Contains(why, "a mistake of ours") || !strings.Contains(why, "mistaken.Next") {
			t.Errorf("recovered %q", why)
		}
	}()
	for range analyze.New(mistaken{}, analyze.Options{}).Connections() {
	}
}
