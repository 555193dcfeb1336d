package reconstruct_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// corpus returns a folder of the captures shared between projects.
func corpus(t testing.TB, folder string) string {
	t.Helper()
	return testneed.Shared(t, filepath.Join("captures", folder))
}

// replay gives every segment of a capture to a table, calls see with each
// step, and returns all connections as they ended. Their copies are safe to
// keep.
func replay(t testing.TB, path string, see func(*reconstruct.Step)) []reconstruct.Connection {
	t.Helper()
	table := reconstruct.NewTable(reconstruct.Options{})
	var list []reconstruct.Connection
	keep := func(ended []*reconstruct.Connection) {
		for _, c := range ended {
			list = append(list, *c)
		}
	}
	decodeFile(t, path, func(r *decode.Result) {
		for i := range r.Segments {
			step := table.Add(&r.Segments[i])
			if see != nil {
				see(step)
			}
		}
		for i := range r.ICMP {
			table.AddICMP(&r.ICMP[i])
		}
		keep(table.Ended())
	})
	if err := table.Check(); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	keep(table.Flush())
	return list
}

func decodeFile(t testing.TB, path string, see func(*decode.Result)) {
	t.Helper()
	r, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := decode.New()
	var p capture.Packet
	var out decode.Result
	for {
		err := r.Next(&p)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Logf("%s: %v", path, err)
			return
		}
		d.Decode(&p, &out)
		see(&out)
	}
}

// oracle is what tshark 4.0.17 says of one capture.
type oracle struct {
	File    string         `json:"file"`
	Several int            `json:"frames_with_several_tcp"`
	Streams []oracleStream `json:"streams"`
}

type oracleStream struct {
	Stream  int    `json:"stream"`
	A       string `json:"a"`
	B       string `json:"b"`
	First   int64  `json:"first_frame"`
	AFrames int64  `json:"a_frames"`
	BFrames int64  `json:"b_frames"`
	ABytes  int64  `json:"a_bytes"`
	BBytes  int64  `json:"b_bytes"`
}

func readOracle(t testing.TB) (list []oracle) {
	t.Helper()
	f, err := os.Open(filepath.Join(corpus(t, "public"), "oracle.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var o oracle
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			t.Fatal(err)
		}
		list = append(list, o)
	}
	return list
}
