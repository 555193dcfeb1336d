package task_test

import (
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/explain/task"
)

// packet is a TCP segment in tshark's fields, by their names.
type packet map[string]string

func (p packet) number(name string) float64 {
	v, _ := strconv.ParseFloat(p[name], 64)
	return v
}

var fieldNames = []string{
	"frame.number", "frame.time_relative", "tcp.stream", "tcp.srcport", "tcp.flags", "tcp.len", "tcp.hdr_len", "tcp.seq_raw", "tcp.ack_raw",
	"tcp.analysis.acks_frame", "tcp.analysis.ack_rtt",
}

// packets returns what tshark says of each TCP segment.
func packets(t *testing.T, path string) (list []packet) {
	t.Helper()
	args := []string{"-r", path, "-n", "-Y", "tcp", "-T", "fields"}
	for _, n := range fieldNames {
		args = append(args, "-e", n)
	}
	out, err := exec.Command(testneed.Program(t, "tshark"), args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		p := packet{}
		for i, v := range strings.Split(strings.TrimSuffix(line, "\n"), "\t") {
			p[fieldNames[i]] = v
		}
		list = append(list, p)
	}
	return list
}

// flow is what CSC 361 asks of a connection, counted from tshark's fields.
type flow struct {
	syn, fin, rst, packets, bytes int
	start, end                    float64
}

func count(list []packet) map[string]*flow {
	all := map[string]*flow{}
	for _, p := range list {
		flags, _ := strconv.ParseUint(p["tcp.flags"], 0, 16)
		at := p.number("frame.time_relative")
		f := all[p["tcp.stream"]]
		if f == nil {
			f = new(flow)
			all[p["tcp.stream"]] = f
		}
		f.packets, f.bytes = f.packets+1, f.bytes+int(p.number("tcp.len"))
		if flags&2 != 0 {
			if f.syn++; f.syn == 1 {
				f.start = at
			}
		}
		if flags&1 != 0 {
			f.fin, f.end = f.fin+1, at
		}
		if flags&4 != 0 {
			f.rst++
		}
	}
	return all
}

// number is a cell as a number, 0 where it is unknown.
func number(row []explain.Cell, columns []explain.Column, name string) float64 {
	i := slices.IndexFunc(columns, func(c explain.Column) bool { return c.Name == name })
	text, _ := row[i].MarshalJSON()
	v, _ := strconv.ParseFloat(string(text), 64)
	return v
}

// The numbers are those that tshark's fields give when they are counted by the
// courses' definitions: of our own captures, and of others'.
func TestAgainstTshark(t *testing.T) {
	againstTshark(t, lab("short-connections/client"), lab("linux-loss/server"), lab("reset-unread-server/server"), lab("https/client"))
}

func TestPublicAgainstTshark(t *testing.T) {
	const kurose = "captures/public/moranzcw_Computer-Networking-A-Top-Down-Approach-NOTES__"
	againstTshark(t, testneed.Shared(t, kurose+"http-ethereal-trace-4.pcap"), testneed.Shared(t, kurose+"NAT_ISP_side.pcap"))
}

func againstTshark(t *testing.T, paths ...string) {
	t.Helper()
	compared := 0
	for _, path := range paths {
		list := packets(t, path)
		all := allAnswers(t, path, task.Request{}, task.Names()...)
		checkUVic(t, path, all["uvic-csc361"][0].Section("connections").Table, count(list))
		compared += checkKurose(t, path, all["kurose-tcp"][0].Section("segments").Table, list)
		checkStonyBrook(t, path, all["stonybrook-cse310"][0].Section("flows").Table, list)
		checkAgain(t, path, all["stonybrook-cse310"][0].Section("flows").Table, list)
	}
	if compared < 5 {
		t.Errorf("only %d round trips were compared", compared)
	}
}

func checkUVic(t *testing.T, path string, table *explain.Table, want map[string]*flow) {
	t.Helper()
	if len(table.Rows) != len(want) {
		t.Errorf("%s: %d connections, tshark %d", path, len(table.Rows), len(want))
	}
	for i, row := range table.Rows {
		f := want[row[0].String()]
		status := fmt.Sprintf("S%dF%d", f.syn, f.fin)
		if f.rst > 0 {
			status += "/R"
		}
		get := func(name string) float64 { return number(row, table.Columns, name) }
		if row[5].String() != status || int(get("packets")) != f.packets || int(get("bytes")) != f.bytes {
			t.Errorf("%s, connection %d: %v, tshark %+v", path, i, row, f)
		}
		if f.syn > 0 && f.fin > 0 && math.Abs(get("start_s")-f.start)+math.Abs(get("end_s")-f.end) > 2e-6 {
			t.Errorf("%s, connection %d: from %v to %v, tshark %+v", path, i, get("start_s"), get("end_s"), f)
		}
	}
}

// checkKurose compares the first six segments, and their RTT where tshark has
// one: it gives none to a segment that an acknowledgement covers together with
// later ones. It returns how many round trips were compared.
func checkKurose(t *testing.T, path string, table *explain.Table, list []packet) (compared int) {
	t.Helper()
	frames, answers := map[string]packet{}, map[string]packet{}
	for _, p := range list {
		frames[p["frame.number"]] = p
		answers[p["tcp.analysis.acks_frame"]] = p
	}
	for _, row := range table.Rows {
		p := frames[row[1].String()]
		get := func(name string) float64 { return number(row, table.Columns, name) }
		if row[2].String() != p["tcp.seq_raw"] || row[4].String() != p["tcp.len"] || row[5].String() != p["tcp.hdr_len"] ||
			math.Abs(get("sent_s")-p.number("frame.time_relative")) > 1e-6 {
			t.Errorf("%s: %v, tshark %v", path, row, p)
		}
		a, known := answers[row[1].String()]
		if !known || get("rtt_s") == 0 {
			continue
		}
		if row[7].String() != a["frame.number"] || math.Abs(get("rtt_s")-a.number("tcp.analysis.ack_rtt")) > 1e-6 {
			t.Errorf("%s: %v, tshark acknowledges it in %v", path, row, a)
		}
		compared++
	}
	return compared
}

// checkStonyBrook compares payload and headers of the senders.
func checkStonyBrook(t *testing.T, path string, table *explain.Table, list []packet) {
	t.Helper()
	want := map[string][2]int{}
	for _, p := range list {
		if length := int(p.number("tcp.len")); length > 0 {
			key := p["tcp.stream"] + " " + p["tcp.srcport"]
			want[key] = [2]int{want[key][0] + length, want[key][1] + length + int(p.number("tcp.hdr_len"))}
		}
	}
	for _, row := range table.Rows {
		key := row[0].String() + " " + row[1].String()
		got := [2]int{int(number(row, table.Columns, "bytes")), int(number(row, table.Columns, "bytes_with_headers"))}
		if got != want[key] {
			t.Errorf("%s, %s: %v, tshark %v", path, key, got, want[key])
		}
	}
}

// stream is what a sender has done by the numbers alone.
type stream struct {
	begun, answered bool
	next, ack       uint32 // behind its highest octet; the latest acknowledgement number of it
	duplicates      int
	asked, unasked  int
}

// repeats counts the segments whose first octet was sent before, by whether three
// duplicate acknowledgements had asked for it.
func repeats(list []packet) map[string]*stream {
	all, ports := map[string]*stream{}, map[string][2]string{}
	for _, p := range list {
		both := ports[p["tcp.stream"]]
		switch from := p["tcp.srcport"]; {
		case both[0] == "" || both[0] == from:
			both[0] = from
		default:
			both[1] = from
		}
		ports[p["tcp.stream"]] = both
		mine, peer := both[0], both[1]
		if p["tcp.srcport"] == both[1] {
			mine, peer = both[1], both[0]
		}
		me, other := streamOf(all, p["tcp.stream"]+" "+mine), streamOf(all, p["tcp.stream"]+" "+peer)
		seq, length, ack := uint32(p.number("tcp.seq_raw")), uint32(p.number("tcp.len")), uint32(p.number("tcp.ack_raw"))
		flags, _ := strconv.ParseUint(p["tcp.flags"], 0, 16)
		if length > 0 {
			me.send(seq, length)
		}
		if flags&0x10 != 0 && flags&4 == 0 {
			other.hear(ack, length == 0 && flags&3 == 0)
		}
	}
	return all
}

func streamOf(all map[string]*stream, key string) *stream {
	if all[key] == nil {
		all[key] = new(stream)
	}
	return all[key]
}

func (s *stream) send(seq, length uint32) {
	switch {
	case !s.begun || int32(seq-s.next) >= 0:
	case s.duplicates >= 3 && s.ack == seq:
		s.asked++
	default:
		s.unasked++
	}
	if end := seq + length; !s.begun || int32(end-s.next) > 0 {
		s.begun, s.next = true, end
	}
}

func (s *stream) hear(ack uint32, bare bool) {
	switch {
	case !s.answered || ack != s.ack:
		s.answered, s.ack, s.duplicates = true, ack, 0
	case bare:
		s.duplicates++
	}
}

// checkAgain compares the retransmissions.
func checkAgain(t *testing.T, path string, table *explain.Table, list []packet) {
	t.Helper()
	want := repeats(list)
	for _, row := range table.Rows {
		got := [2]float64{number(row, table.Columns, "triple_duplicate_ack"), number(row, table.Columns, "timeout")}
		if s := want[row[0].String()+" "+row[1].String()]; got != [2]float64{float64(s.asked), float64(s.unasked)} {
			t.Errorf("%s, connection %s: %v, by the numbers %+v", path, row[0], got, s)
		}
	}
}
