package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
	"github.com/flowstate-tcp/flowstate/render/explain/task"
)

// The contracts are section 4 of the design, written down a second time: a
// field that is renamed, added or of another type breaks scripts of people.
// A trailing ? marks what may be absent. An object stands for its fields, a
// list of one for a list.
var (
	endContract     = object{"ip": "string", "port": "int"}
	framesContract  = object{"first": "int", "last": "int", "count": "int"}
	finalContract   = object{"client?": "string", "server?": "string"}
	findingContract = object{"code": "string", "severity": "string", "frame?": "int", "offset?": "int", "text": "string"}

	transitionContract = object{
		"from": "string", "to": "string", "cause": "string", "flags?": "string", "local?": "string", "frame?": "int",
		"proof_frame?": "int", "earliest_s?": "seconds", "latest_s?": "seconds", "certainty": "string", "rfc": "string",
	}
	comparisonContract = object{
		"text": "string", "tool": "string", "line?": "int", "side": "string", "about": "string", "shown?": "string", "ours?": "string",
		"verdict": "string", "why": "string", "when_s?": "seconds", "frame?": "int", "unit?": "string",
		"number?": "seconds", "least?": "seconds", "most?": "seconds",
	}
	alternativeContract = object{"path": []any{transitionContract}, "why": "string"}

	halfContract = object{
		"method?": "string", "n?": "int", "min_s?": "seconds", "median_s?": "seconds", "p90_s?": "seconds", "max_s?": "seconds", "hops?": "int",
	}

	recordContract = object{
		"missing_bytes": "int", "unseen_acks": "int", "duplicates": "int", "cut_headers": "int", "cut_payloads": "int",
		"offload_segments": "int", "offload_largest?": "int", "offload_at?": "string", "bad_checksums": "int", "offload_checksums": "int",
	}
	clockContract = object{"clock_steps_back": "int", "clock_back_s?": "seconds", "clock_ahead_s?": "seconds"}

	behaviourContract = object{
		"acks": "int", "ack_segments?": "int", "nagle?": "string", "nagle_n?": "int", "segment_bytes?": "int", "segment_room": "int",
		"delayed_ack":     object{"alone": "int", "timed": "int", "p10_s?": "seconds", "median_s?": "seconds", "p90_s?": "seconds"},
		"initial_window?": object{"bytes": "int", "segments": "int", "bound": "string"},
		"rto_min_s?":      "seconds", "rto_n": "int", "rto_profile?": "string", "rto_profile_certainty?": "string", "ecn_capable": "int", "ecn_ce": "int", "ecn_ece": "int", "ecn_cwr": "int",
		"zero_windows": "int", "zero_window_s?": "seconds", "window_updates": "int", "full_windows": "int", "full_window_s?": "seconds",
		"window_probes": "int", "window_probe_answers": "int",
		"keep_alive": object{"n": "int", "answers": "int", "min_s?": "seconds", "mean_s?": "seconds", "max_s?": "seconds"},
	}

	sideContract = object{
		"behaviour": behaviourContract,
		"ip":        "string", "port": "int", "packets": "int", "payload_bytes": "int", "unique_bytes": "int",
		"retransmitted_bytes": "int", "retransmissions": object{
			"rto": "int", "fast": "int", "recovery": "int", "tlp": "int", "spurious": "int", "handshake": "int", "unknown": "int",
			"not_needed": "int",
			"proven":     "int", "strong": "int", "assumed": "int",
		},
		"syn_retransmissions": "int", "fin_retransmissions": "int", "lost": object{"before_tap": "int", "after_tap": "int"},
		"out_of_order": "int", "duplicates": "int", "window": object{
			"min?": "int", "median?": "int", "max?": "int", "scale?": "int", "zero_count": "int",
		},
		"rtt?": object{
			"method": "string", "n": "int", "min_s": "seconds", "p10_s": "seconds", "median_s": "seconds", "p90_s": "seconds",
			"p99_s": "seconds", "max_s": "seconds", "mean_s": "seconds", "sd_s?": "seconds", "sack_n?": "int", "methods_differ_s?": "seconds",
			"timestamps?": object{"n": "int", "min_s": "seconds", "median_s": "seconds", "p90_s": "seconds", "max_s": "seconds", "sd_s?": "seconds"},
		},
		"handshake_rtt_s?": "seconds",
		"srtt_s?":          "seconds", "max_in_flight?": "int", "max_pipe?": "int", "throughput_bps?": "tenths", "goodput_bps?": "tenths",
		"max_cwnd?": "int", "max_cwnd_bound?": "string", "limits?": shareContract, "limits_of_bytes?": shareContract,
		"cwnd_phases?":     object{"slow-start": "share", "avoidance": "share", "recovery": "share", "timeout-wait": "share"},
		"slow_start_exit?": object{"why": "string", "t_s": "seconds", "frame": "int", "bytes": "int", "cwnd?": "int"},
		"recoveries?":      object{"count": "int", "time_s": "seconds"}, "timeouts?": "int",
		"mss?": "int", "options?": []any{"string"}, "options_kinds?": []any{"int"},
	}
)

// shareContract is what limited a side.
var shareContract = object{"rwnd": "share", "cwnd": "share", "app": "share", "path": "share", "unknown": "share"}

// rangeContract is a time known within bounds.
var rangeContract = object{"least_s?": "seconds", "most_s?": "seconds"}

// bothContract is a number for each of two captures.
var bothContract = object{"a": "int", "b": "int"}

var (
	joinEndContract  = object{"file": "string", "conn": "int", "client": endContract, "server": endContract}
	joinSideContract = object{
		"packets": bothContract, "matched": "int", "split": "int", "lost": "int", "lost_bytes": "int", "unrecorded": bothContract,
		"duplicated": bothContract, "outside": bothContract, "reordered": "int", "ce_marked": "int",
		"hops?": object{"min": "int", "max": "int"}, "rewritten": []any{"string"},
		"delay": object{
			"n": "int", "min_s?": "seconds", "p10_s?": "seconds", "median_s?": "seconds", "p90_s?": "seconds",
			"p99_s?": "seconds", "max_s?": "seconds", "mean_s?": "seconds", "sd_s?": "seconds",
		},
	}
)

var contracts = map[string]object{
	"join": {
		"schema": "flowstate.join/1", "a": joinEndContract, "b": joinEndContract, "match": "string", "certainty": "string",
		"nearer_client?": "string", "clock": object{
			"method?": "string", "n?": "int", "offset_s?": "seconds", "error_s?": "seconds", "drift_ppm?": "seconds",
			"drift_spread_ppm?": "seconds", "steps": "int",
		},
		"client": joinSideContract, "server": joinSideContract,
	},
	"states": {
		"schema": "flowstate.states/1", "file": "string", "conn": "int", "client": endContract, "server": endContract,
		"roles": "string", "start?": "time", "duration_s": "seconds", "frames": framesContract, "open": "string",
		"close": "string", "close_detail?": "string", "vantage": "string",
		"paths":        object{"client": []any{transitionContract}, "server": []any{transitionContract}},
		"final?":       finalContract,
		"alternatives": object{"client": []any{alternativeContract}, "server": []any{alternativeContract}},
		"findings":     []any{findingContract},
	},
	"summary": {
		"schema": "flowstate.summary/1", "file": "string", "conn": "int", "roles": "string", "open": "string",
		"close": "string", "close_detail?": "string", "final?": finalContract, "vantage": "string", "start?": "time",
		"duration_s": "seconds", "frames": framesContract, "handshake_rtt_s?": "seconds", "phases?": object{"handshake_s?": "seconds", "transfer_s?": "seconds", "idle_s?": "seconds", "close_s?": "seconds"},
		"vantage_certainty?": "string", "vantage_evidence?": "string", "half_rtt": object{"client?": halfContract, "server?": halfContract},
		"full_rtt?": object{
			"method": "string", "n": "int", "min_s": "seconds", "p10_s": "seconds", "median_s": "seconds", "p90_s": "seconds",
			"p99_s": "seconds", "max_s": "seconds", "sd_s?": "seconds",
		},
		"options_common?": []any{"string"}, "options_common_kinds?": []any{"int"}, "ecn?": "string",
		"health": clockContract.with(object{
			"trust": object{"rtt": "string", "in_flight": "string", "causes": "string", "window": "string", "limits": "string",
				"states": "string", "goodput": "string", "behaviour": "string"},
			"doubts": []any{object{"measurement": "string", "trust": "string", "code?": "string", "why": "string"}},
			"client": recordContract, "server": recordContract,
		}),
		"client": sideContract, "server": sideContract, "findings": []any{findingContract},
	},
	"segments": {
		"file": "string", "conn": "int", "frame": "int", "t_s": "seconds", "from": "string", "flags?": "string",
		"seq?": "int", "rel_seq?": "int", "len?": "int", "ack?": "int", "rel_ack?": "int", "win?": "int", "marks": []any{"string"},
		"cause?": "string", "cause_certainty?": "string", "cause_witness?": "string", "backoff?": "int", "lost?": "string", "of_frame?": "int",
		"shows_spurious_frame?": "int", "shows_spurious_by?": "string", "in_flight?": "int", "pipe?": "int", "rwnd?": "int",
		"cwnd?": "int", "cwnd_bound?": "string", "ssthresh?": "int", "limit?": "string", "phase?": "string",
		"throughput_bps?": "tenths", "goodput_bps?": "tenths", "acks_frame?": "int", "rtt_s?": "seconds", "srtt_s?": "seconds", "rto_s?": "seconds",
	},
	"tcpstates": {
		"file": "string", "conn": "int", "side": "string", "at_tap": "string", "laddr": "string", "lport": "int", "raddr": "string",
		"rport": "int", "oldstate": "string", "newstate?": "string", "start?": "time", "when?": rangeContract, "in_oldstate?": rangeContract,
		"frame?": "int", "proof_frame?": "int", "certainty?": "string",
	},
	"explain": {
		"schema": "flowstate.explain/1", "file": "string", "conn?": "int", "task?": "string", "title": "string",
		"sections": []any{object{
			"id": "string", "title": "string", "text": []any{"string"}, "table?": object{"columns": []any{"string"}, "rows": []any{[]any{"cell"}}},
		}},
	},
	"tcprtt": {
		"file": "string", "from_s?": "seconds", "to_s?": "seconds", "laddr?": "string", "raddr?": "string", "bound?": "string",
		"unit": "string", "n": "int", "mean?": "int", "unknown": "int", "slots?": []any{object{"low": "int", "high": "int", "count": "int"}},
	},
	"capture": {
		"schema": "flowstate.capture/1", "file": "string", "packets": "int", "tcp_packets": "int", "connections?": "int",
		"health":     clockContract.with(recordContract),
		"interfaces": []any{object{"name?": "string", "link_type": "int", "snaplen?": "int", "received?": "int", "dropped?": "int", "dropped_after_frame?": "int", "dropped_before_frame?": "int"}},
		"findings":   []any{findingContract},
	},
}

type object map[string]any

// with returns o with the fields of another object.
func (o object) with(more object) object {
	all := maps.Clone(o)
	maps.Copy(all, more)
	return all
}

// keeps tells what in value breaks the contract.
func keeps(contract, value any, at string) error {
	switch want := contract.(type) {
	case object:
		return keepsObject(want, value, at)
	case []any:
		list, ok := value.([]any)
		if !ok {
			return fmt.Errorf("%s is no list: %v", at, value)
		}
		for i, v := range list {
			if err := keeps(want[0], v, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
		return nil
	}
	return keepsWord(contract.(string), value, at)
}

func keepsObject(want object, value any, at string) error {
	got, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is no object: %v", at, value)
	}
	known := map[string]bool{}
	for name, contract := range want {
		field, optional := strings.CutSuffix(name, "?")
		known[field] = true
		v, there := got[field]
		switch {
		case !there && !optional:
			return fmt.Errorf("%s.%s is missing", at, field)
		case !there:
			continue
		}
		if err := keeps(contract, v, at+"."+field); err != nil {
			return err
		}
	}
	for field := range got {
		if !known[field] {
			return fmt.Errorf("%s.%s is not in the contract", at, field)
		}
	}
	return nil
}

func keepsWord(want string, value any, at string) error {
	text, isText := value.(string)
	n, isNumber := value.(json.Number)
	_, fraction, _ := strings.Cut(n.String(), ".")
	ok := false
	switch want {
	case "string":
		ok = isText && text != ""
	case "int":
		_, err := n.Int64()
		ok = isNumber && err == nil
	case "cell":
		ok = value == nil || isNumber || isText && text != ""
	case "share":
		f, err := n.Float64()
		ok = isNumber && err == nil && 0 <= f && f <= 1 && len(fraction) <= 4
	case "seconds":
		ok = isNumber && len(fraction) <= 9 && !strings.ContainsAny(n.String(), "eE")
	case "tenths":
		ok = isNumber && len(fraction) == 1
	case "time":
		_, err := time.Parse(time.RFC3339Nano, text)
		ok = err == nil && len(text) == len("2026-11-21T05:00:00.000000001Z")
	default:
		ok = text == want
	}
	if !ok {
		return fmt.Errorf("%s is no %s: %v", at, want, value)
	}
	return nil
}

// stories are connections of every kind that the contracts tell apart.
const stories = `
0.000 > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1 ecr 0,wscale 7>
+.020 < S. 0:0(0) ack 1 <mss 1400,sackOK,TS val 1 ecr 1,wscale 0>
+.020000001 > . 1:1(0) ack 1
+.001 > P. 1:101(100) ack 1
+.300 > P. 1:101(100) ack 1
+.020 < F. 1:1(0) ack 101
+.020 > F. 101:101(0) ack 2
+.020 < . 2:2(0) ack 102
@conn 1
0.1 > S 0:0(0)
+.1 < R. 0:0(0) ack 1
@conn 2
0.2 > S 0:0(0)
1.2 > S 0:0(0)
@conn 3
0.3 > . 1:11(10) ack 1
+.1 < . 1:1(0) ack 111 win 0
@conn 4
0.4 > S 0:0(0)
0.4 < S 0:0(0)
+.02 > S. 0:0(0) ack 1
+.02 < S. 0:0(0) ack 1
+.02 > F. 1:1(0) ack 1
+.00 < F. 1:1(0) ack 1
+.02 > . 2:2(0) ack 2
+.02 < . 2:2(0) ack 2
@conn 5
0.5 < . 1:1001(1000) ack 1
+.1 < . 2001:3001(1000) ack 1 cut 60
+.1 < R 3001:3001(0)
`

// writeCapture writes the stories as a capture, less some bytes at its end.
func writeCapture(t *testing.T, path string, less int) {
	t.Helper()
	data := scenariotest.Pcap(t, stories)
	if err := os.WriteFile(path, data[:len(data)-less], 0o644); err != nil {
		t.Fatal(err)
	}
}

// printedBy runs flowstate and returns what it printed.
func printedBy(t *testing.T, want int, args ...string) []byte {
	t.Helper()
	var out, words bytes.Buffer
	if got := run(args, strings.NewReader(""), &out, &words); got != want {
		t.Fatalf("flowstate %s: exit status %d, want %d\n%s", strings.Join(args, " "), got, want, &words)
	}
	return out.Bytes()
}

// checkContract tells what a line of JSON breaks of the contract of its kind.
func checkContract(t *testing.T, kind string, line []byte) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	if err := keeps(contracts[kind], value, kind); err != nil {
		t.Errorf("%v\n%s", err, line)
	}
}

// Explanations and the answers to every task have one contract.
func TestExplainContract(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cut.pcap")
	writeCapture(t, path, 5)
	for _, name := range append(task.Names(), "") {
		args := []string{"explain", path, "--format", "json"}
		if name != "" {
			args = append(args, "--task", name)
		}
		for _, line := range bytes.Split(bytes.TrimSpace(printedBy(t, exitDamaged, args...)), []byte("\n")) {
			checkContract(t, "explain", line)
			if given := bytes.Contains(line, []byte(`"task":"`+name+`"`)); given != (name != "") {
				t.Errorf("--task %s: %s", name, line)
			}
		}
	}
}

func TestContracts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cut.pcap")
	writeCapture(t, path, 5)
	for command, least := range map[string]int{"summary": 6, "states": 6, "segments": 6, "tcpstates": 6, "tcprtt": 1} {
		seen := map[string]int{}
		for _, line := range bytes.Split(bytes.TrimSpace(printedBy(t, exitDamaged, command, path, "--format", "json", "-v")), []byte("\n")) {
			kind := command
			if bytes.Contains(line, []byte(`"schema":"flowstate.capture/1"`)) {
				kind = "capture"
			}
			seen[kind]++
			checkContract(t, kind, line)
		}
		if seen["capture"] != 1 || seen[command] < least {
			t.Errorf("%s: rows %v", command, seen)
		}
	}
}

func TestBesideContract(t *testing.T) {
	folder := "../../testdata/beside/ipv4/"
	out := printedBy(t, exitDone, "states", folder+"client.pcapng.gz", "--beside", folder+"client.txt", "--beside", folder+"tcpstates-T.txt", "--format", "json")
	decoder := json.NewDecoder(bytes.NewReader(out))
	decoder.UseNumber()
	var value map[string]any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	list, _ := value["beside"].([]any)
	if err := keeps([]any{comparisonContract}, value["beside"], "beside"); err != nil || len(list) < 150 {
		t.Errorf("%d comparisons: %v", len(list), err)
	}
	delete(value, "beside")
	if err := keeps(contracts["states"], value, "states"); err != nil {
		t.Error(err)
	}
}

func TestJoinContract(t *testing.T) {
	path := filepath.Join(t.TempDir(), "whole.pcap")
	writeCapture(t, path, 0)
	lines := bytes.Split(bytes.TrimSpace(printedBy(t, exitDone, "join", path, path, "--format", "json")), []byte("\n"))
	for _, line := range lines {
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.UseNumber()
		var value any
		if err := decoder.Decode(&value); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if err := keeps(contracts["join"], value, "join"); err != nil {
			t.Errorf("%v\n%s", err, line)
		}
	}
	if len(lines) != 6 {
		t.Errorf("%d rows", len(lines))
	}
}

// TestSameBytes expects the same bytes of every number of workers, over more
// files than may run ahead.
func TestSameBytes(t *testing.T) {
	dir := t.TempDir()
	for i := range 30 {
		writeCapture(t, filepath.Join(dir, fmt.Sprintf("%02d.pcap", i)), i%3*5)
	}
	for _, command := range []string{"summary", "states", "segments", "tcpstates", "tcprtt"} {
		for _, format := range []string{"text", "json", "csv"} {
			want := printedBy(t, exitDamaged, command, dir, "--format", format, "-j", "1")
			for _, jobs := range []string{"2", "16"} {
				if got := printedBy(t, exitDamaged, command, dir, "--format", format, "-j", jobs); !bytes.Equal(got, want) {
					t.Errorf("%s --format %s: -j %s gives other bytes", command, format, jobs)
				}
			}
		}
	}
	want := printedBy(t, exitDamaged, "diagram", dir, "-j", "1")
	if got := printedBy(t, exitDamaged, "diagram", dir, "-j", "16"); !bytes.Equal(got, want) {
		t.Error("diagram: -j 16 gives other bytes")
	}
}

// fullDisk is an output on which nothing fits.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, fmt.Errorf("no space left on device") }

// TestFullDisk expects that results which cannot be written end the run, with
// no worker left waiting.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	for i := range 40 {
		writeCapture(t, filepath.Join(dir, fmt.Sprintf("%02d.pcap", i)), 0)
	}
	var words bytes.Buffer
	if got := run([]string{"segments", dir, "-j", "4"}, strings.NewReader(""), fullDisk{}, &words); got != exitFailed {
		t.Errorf("exit status %d", got)
	}
	if !strings.Contains(words.String(), "no space left") {
		t.Errorf("said %q", &words)
	}
}
