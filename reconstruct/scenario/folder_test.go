package scenario

import (
	"os"
	"path/filepath"
	"testing"
)

// Every scenario of the project is in the notation and tells what to expect.
func TestProjectScenarios(t *testing.T) {
	files, err := filepath.Glob("../../analyze/*/testdata/scenarios/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(filepath.Base(file), string(text))
		if err != nil {
			t.Error(err)
			continue
		}
		if len(s.Lines) == 0 || len(s.Expectations) == 0 {
			t.Errorf("%s: %d lines, %d expectations", file, len(s.Lines), len(s.Expectations))
		}
		if _, err := s.Pcap(); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
