package pcapfile_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// makeFiles writes files below a new folder, goes there, and returns nothing:
// paths are then relative to it.
func makeFiles(t *testing.T, files map[string][]byte) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestExpand(t *testing.T) {
	file := manyPackets(1)
	text := []byte("no capture")
	makeFiles(t, map[string][]byte{
		"b.pcap":           file,
		"a.pcapng":         text, // told by its ending
		"no-ending":        file, // told by its content
		"packed":           compressZstd(file),
		"old.trace":        file,
		"other.trace":      text,
		"notes.txt":        text,
		".hidden.pcap":     file,
		".git/x.pcap":      file,
		"lab/run2/c.pcap":  file,
		"lab/run10/c.pcap": file,
		"lab/empty.cap.gz": nil,
		"texts/notes.txt":  text,
	})
	if err := os.Symlink("lab", "link"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("b.pcap", "lab/link.pcap"); err != nil { // to nothing
		t.Fatal(err)
	}
	for _, test := range []struct {
		args, want []string
	}{
		{nil, nil},
		{[]string{"-"}, []string{"-"}},
		{[]string{"."}, []string{"a.pcapng", "b.pcap", "lab/empty.cap.gz", "lab/run10/c.pcap", "lab/run2/c.pcap", "no-ending", "old.trace", "packed"}},
		{[]string{"lab", "b.pcap", "lab/run2"}, []string{"lab/empty.cap.gz", "lab/run10/c.pcap", "lab/run2/c.pcap", "b.pcap"}},
		{[]string{"link"}, []string{"link/empty.cap.gz", "link/run10/c.pcap", "link/run2/c.pcap"}},
		{[]string{"notes.txt", ".hidden.pcap", "missing.pcap"}, []string{"notes.txt", ".hidden.pcap", "missing.pcap"}},
		{[]string{"*.pcap*"}, []string{"a.pcapng", "b.pcap"}},
		{[]string{"lab/run*"}, []string{"lab/run10/c.pcap", "lab/run2/c.pcap"}},
		{[]string{"./b.pcap", "b.pcap"}, []string{"./b.pcap"}},
	} {
		got, err := pcapfile.Expand(test.args)
		if err != nil {
			t.Errorf("%q: %v", test.args, err)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q:\n got %q\nwant %q", test.args, got, test.want)
		}
	}
	for arg, want := range map[string]string{
		"texts":  "texts: no capture file in this folder",
		"*.zip":  "*.zip: no file matches",
		"[a*":    "[a*: syntax error in pattern",
		"texts*": "texts: no capture file in this folder",
	} {
		if _, err := pcapfile.Expand([]string{arg}); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", arg, err, want)
		}
	}
}

// TestExpandNames has a file whose name is a pattern.
func TestExpandNames(t *testing.T) {
	makeFiles(t, map[string][]byte{"run[1].pcap": manyPackets(1)})
	got, err := pcapfile.Expand([]string{"run[1].pcap"})
	if err != nil || !slices.Equal(got, []string{"run[1].pcap"}) {
		t.Errorf("%q, error %v", got, err)
	}
}
