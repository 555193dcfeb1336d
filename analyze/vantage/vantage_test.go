package vantage_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

// connections analyses a capture in the notation of scenarios.
func connections(t *testing.T, text string) []*analyze.Connection {
	t.Helper()
	return slices.Collect(analyze.New(scenariotest.Reader(t, text), analyze.Options{}).Connections())
}

// place is what is told of the tap, in two words.
func place(c *analyze.Connection) string {
	return c.Vantage.Vantage.String() + " " + c.Vantage.Certainty.String()
}

// bulk is a download in mid-stream: four times two segments from the server,
// acknowledged together, each pair set off by the acknowledgement before.
const bulk = `
0.000 < . 1:1461(1460) ack 1 <TS val 100 ecr 10>
+.0001 < . 1461:2921(1460) ack 1 <TS val 100 ecr 10>
+.0001 > . 1:1(0) ack 2921 <TS val 11 ecr 100>
+.0500 < . 2921:4381(1460) ack 1 <TS val 150 ecr 11>
+.0001 < . 4381:5841(1460) ack 1 <TS val 150 ecr 11>
+.0001 > . 1:1(0) ack 5841 <TS val 61 ecr 150>
+.0500 < . 5841:7301(1460) ack 1 <TS val 200 ecr 61>
+.0001 < . 7301:8761(1460) ack 1 <TS val 200 ecr 61>
+.0001 > . 1:1(0) ack 8761 <TS val 111 ecr 200>
+.0500 < . 8761:10221(1460) ack 1 <TS val 250 ecr 111>
+.0001 < . 10221:11681(1460) ack 1 <TS val 250 ecr 111>
+.0001 > . 1:1(0) ack 11681 <TS val 161 ecr 250>
+.0500 < . 11681:13141(1460) ack 1 <TS val 300 ecr 161>
`

func TestPlaces(t *testing.T) {
	const shake = "0 > S 0:0(0)\n"
	for _, c := range []struct{ name, text, want string }{
		{"at the client", shake + "+.040 < S. 0:0(0) ack 1 ttl 50\n+.0001 > . 1:1(0) ack 1", "client strong"},
		{"at the server", "0 > S 0:0(0) ttl 50\n+.0001 < S. 0:0(0) ack 1\n+.040 > . 1:1(0) ack 1 ttl 50", "server strong"},
		{"no router and one slow answer", shake + "+.0001 < S. 0:0(0) ack 1\n+.050 > . 1:1(0) ack 1", "server assumed"},
		{"a router before the near side", "0 > S 0:0(0) ttl 63\n+.040 < S. 0:0(0) ack 1\n+.0001 > . 1:1(0) ack 1 ttl 63", "client assumed"},
		{"between", shake + "+.020 < S. 0:0(0) ack 1\n+.010 > . 1:1(0) ack 1", "between strong"},
		{"between, though near a side", "0 > S 0:0(0) ttl 50\n+.010 < S. 0:0(0) ack 1 ttl 60\n+.180 > . 1:1(0) ack 1 ttl 50", "between strong"},
		{"between, or a slow host", shake + "+.004 < S. 0:0(0) ack 1\n+.0005 > . 1:1(0) ack 1", "between assumed"},
		{"too short to tell", shake + "+.001 < S. 0:0(0) ack 1\n+.00001 > . 1:1(0) ack 1", "unknown unobserved"},
		{"a SYN sent twice", shake + "+1 > S 0:0(0)\n+.040 < S. 0:0(0) ack 1\n+.0001 > . 1:1(0) ack 1", "unknown unobserved"},
		{"a loopback with a delay", "@client 127.0.0.1:40000\n@server 127.0.0.1:80\n" + shake + "+.020 < S. 0:0(0) ack 1\n+.020 > . 1:1(0) ack 1", "after-delay strong"},
		{"an acknowledgement of SYN-ACK that waited", shake + "+.020 < S. 0:0(0) ack 1\n+.200 > P. 1:2(1) ack 1", "server assumed"},
		{"data alone: the client answers at once, nothing shows the server", bulk, "unknown unobserved"},
		{"hours between SYN-ACK and ACK", shake + "+.020 < S. 0:0(0) ack 1\n+7200 > . 1:1(0) ack 1", "unknown unobserved"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := place(connections(t, c.text)[0]); got != c.want {
				t.Errorf("tap %s, want %s", got, c.want)
			}
		})
	}
}

// TestCapturesWithKnownTap reads captures of which it is known where they were
// taken, and wants each placed there.
func TestCapturesWithKnownTap(t *testing.T) {
	known := map[string]string{
		"two-ended/sender.pcapng": "client strong",
		"two-ended/receiver.pcap": "server strong",
	}
	for _, name := range []string{"0pc_100ms", "10pc_10ms", "10pc_500ms", "1pc_10ms", "1pc_500ms", "5pc_100ms"} {
		known["kernel-logged/"+name+".pcap"] = "client strong"
	}
	for file, want := range known {
		r, err := pcapfile.Open(testneed.Shared(t, filepath.Join("captures", file)))
		if err != nil {
			t.Fatal(err)
		}
		for c := range analyze.New(r, analyze.Options{}).Connections() {
			if got := place(c); got != want {
				t.Errorf("%s, connection %d: tap %s, want %s (%s)", file, c.Number, got, want, c.Vantage.Evidence())
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}
