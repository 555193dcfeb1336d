package scenario

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

const handshake = `# three-way
@client 10.0.0.1:40000
@server 10.0.0.2:80
@isn client 4294967000
0.000 > S 0:0(0) win 64240 <mss 1460,sackOK,wscale 7>
+.020 < S. 0:0(0) ack 1 win 65160 <mss 1460>
+.020 > . 1:1(0) ack 1 win 502

+0 > P. 1:101(100) ack 1 # a request
`

func mustParse(t testing.TB, text string) *Scenario {
	t.Helper()
	s, err := Parse(t.Name(), text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParse(t *testing.T) {
	s := mustParse(t, handshake)
	want := `@isn client 4294967000
0.000 > S 0:0(0) win 64240 <mss 1460,sackOK,wscale 7>
0.020 < S. 0:0(0) ack 1 win 65160 <mss 1460>
0.040 > . 1:1(0) ack 1 win 502
0.040 > P. 1:101(100) ack 1 win 65535
`
	if got := s.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if n := s.Lines[3].Source; n != 9 {
		t.Errorf("line %d, want 9", n)
	}
}

func TestSegmentsWrap(t *testing.T) {
	g := mustParse(t, "@isn client 4294967295\n0 > P. 1:3(2) ack 1\n0 < . 1:1(0) ack 3 <sack 5:7>").Segments()
	if g[0].Seq != 0 || g[1].Ack != 2 || g[1].Options.SACK[0] != (decode.SACKBlock{Left: 4, Right: 6}) {
		t.Errorf("numbers do not wrap: %+v", g)
	}
	if string(g[0].Payload) != "bc" || g[1].Frame != 2 {
		t.Errorf("payload %q, frame %d", g[0].Payload, g[1].Frame)
	}
}

func TestErrorsPoint(t *testing.T) {
	cases := []struct{ text, want string }{
		{"0 > S 0:0(0)\nx > S 0:0(0)", "x:2:1: want a time"},
		{"0 = S 0:0(0)", "x:1:3: want > "},
		{"0 > SZ 0:0(0)", "x:1:6: want flags"},
		{"0 > S 0:2(1)", "x:1:7: 0 and 1 bytes make 1, not 2"},
		{"0 > . 1:1(0)", "the flag . and a field ack go together"},
		{"0 > S 0:0(0) ack 1", "the flag . and a field ack go together"},
		{"0 > S 0:0(0) win 65536", "x:1:18: win: want a number below 2^16"},
		{"0 > S 0:0(0) win 1 win 2", "x:1:20: win stands twice"},
		{"0 > S 0:0(0) <mss 1460,mss 1>", "x:1:24: option mss stands twice"},
		{"0 > S 0:0(0) <mss 1460, nonsense>", "x:1:25: unknown option"},
		{"0 > S 0:0(0) <mss 1460", `missing '>'`},
		{"0 > S 0:0(0) <md5,TS val 1 ecr 2,FO 00112233445566778899aabbccddeeff>", "the options take 48 bytes"},
		{"@foo", "x:1:1: unknown directive"},
		{"@isn both 1", "want client or server"},
		{"@conn 5000", "at most"},
		{"0 > S 0:0(0)\n@client 1.2.3.4:5", "the connection has begun"},
		{"@client [::1]:5\n0 > S 0:0(0)", "different versions of IP"},
		{"0 < icmp bad port : > S 0:0(0)", "unknown kind"},
		{"0 < icmp unreachable port", "missing"},
		{"0 > S 0:0(0)\n---\nclient: CLOSED\n", "no path is told for the server"},
		{"---\nclient: CLOSED\nserver: none\nfoo: bar", "x:4:6: unknown expectation"},
	}
	for _, c := range cases {
		_, err := Parse("x", c.text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

func TestExpectations(t *testing.T) {
	s := mustParse(t, `0 > S 0:0(0)
---
open: simultaneous
client: CLOSED SYN-SENT   # here too
client alternative: CLOSED
client certainty: proven
server: none
findings: half-close, port-reused
conn 3:
client: ESTABLISHED
server: ESTABLISHED
no findings: half-close
`)
	want := []Expectation{{
		Line: 3, Open: "simultaneous",
		Paths:        [2][]string{{"CLOSED", "SYN-SENT"}, nil},
		None:         [2]bool{false, true},
		Alternatives: [2][][]string{{{"CLOSED"}}, nil},
		Certainty:    [2][]string{{"proven"}, nil},
		Findings:     []string{"half-close", "port-reused"},
	}, {
		Line: 9, Conn: 3,
		Paths:      [2][]string{{"ESTABLISHED"}, {"ESTABLISHED"}},
		NoFindings: []string{"half-close"},
	}}
	if !reflect.DeepEqual(s.Expectations, want) {
		t.Errorf("got %+v, want %+v", s.Expectations, want)
	}
}

// A line printed and read again is the same line.
func TestPrintParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New("x")
		s.Conns = append(s.Conns, defaultConn(1))
		s.Lines = rapid.SliceOf(rapid.Custom(drawLine)).Draw(t, "lines")
		got, err := Parse("x", s.String())
		if err != nil {
			t.Fatal(err)
		}
		for i := range got.Lines {
			got.Lines[i].Source = 0
		}
		if len(s.Lines) == 0 {
			s.Lines = nil
		}
		if !reflect.DeepEqual(got.Lines, s.Lines) {
			t.Fatalf("got %+v\nwant %+v\nfrom %s", got.Lines, s.Lines, s)
		}
		if _, err := s.Pcap(); err != nil {
			t.Fatal(err)
		}
	})
}

func drawLine(t *rapid.T) Line {
	at := rapid.Int64Range(-maxOffset/2, maxOffset/2)
	isn := rapid.SampledFrom([]seq.Number{0, clientISN, 1<<32 - 1})
	l := Line{
		Conn: rapid.IntRange(0, 1).Draw(t, "conn"),
		Time: rapid.Map(rapid.Int64Range(-1e15, 1e15), func(n int64) time.Duration { return time.Duration(n) }).Draw(t, "time"),
		From: reconstruct.Side(rapid.IntRange(0, 1).Draw(t, "from")),
		ISN:  [2]seq.Number{isn.Draw(t, "isn"), isn.Draw(t, "isn")},
	}
	if rapid.IntRange(0, 9).Draw(t, "icmp") == 0 {
		quote := Line{Conn: l.Conn, ISN: l.ISN, From: l.From.Peer(), Flags: decode.SYN, Window: 1}
		l.ICMP = &ICMP{Kind: rapid.SampledFrom(icmpKinds[:]).Draw(t, "kind").name, Quote: &quote}
		return l
	}
	l.Flags = decode.Flags(rapid.Uint16Range(0, 1<<9-1).Draw(t, "flags"))
	l.Seq = seq.Offset(at.Draw(t, "seq"))
	l.Len = rapid.IntRange(0, 3000).Draw(t, "len")
	l.Window = rapid.Uint16().Draw(t, "win")
	l.Urgent = rapid.Uint16().Draw(t, "urg")
	l.TTL = rapid.Uint8().Draw(t, "ttl")
	l.ECN = rapid.Uint8Range(0, 3).Draw(t, "ecn")
	if l.HasIPID = rapid.Bool().Draw(t, "has ipid"); l.HasIPID {
		l.IPID = rapid.Uint16().Draw(t, "ipid")
	}
	l.Cut = rapid.IntRange(0, 100).Draw(t, "cut")
	l.BadSum = rapid.Bool().Draw(t, "badsum")
	if l.Flags.Has(decode.ACK) {
		l.Ack = seq.Offset(at.Draw(t, "ack"))
	}
	drawOptions(t, &l.Options)
	return l
}

func drawOptions(t *rapid.T, o *Options) {
	o.Set = decode.OptionSet(rapid.Uint16().Draw(t, "options")) & (decode.OptMSS | decode.OptWindowScale |
		decode.OptSACKPermitted | decode.OptTimestamps | decode.OptSACK | decode.OptMalformed)
	if o.Has(decode.OptMSS) {
		o.MSS = rapid.Uint16().Draw(t, "mss")
	}
	if o.Has(decode.OptWindowScale) {
		o.WindowScale = rapid.Uint8().Draw(t, "wscale")
	}
	if o.Has(decode.OptTimestamps) {
		o.TSval, o.TSecr = rapid.Uint32().Draw(t, "val"), rapid.Uint32().Draw(t, "ecr")
	}
	if o.Has(decode.OptSACK) {
		o.SACK = []Block{{5, 7}}
	} else if o.Set == 0 && rapid.Bool().Draw(t, "fo") {
		o.Set = decode.OptFastOpen
		o.Cookie = rapid.SampledFrom([][]byte{nil, {1, 2}, make([]byte, 8)}).Draw(t, "cookie")
	}
}

// A segment that was decoded and placed in its connection prints as the line
// that it came from.
func TestFormat(t *testing.T) {
	s := mustParse(t, "@isn client 7\n0.100 < S. 0:0(0) ack 1 win 5 <mss 1460,FO len 8>\n0.200 < . 1:1(0) ack 9 win 1 <TS val 1 ecr 2,sack 11:21>")
	conn := &reconstruct.Connection{Start: 0}
	for side, isn := range s.Lines[0].ISN {
		conn.Half[side] = reconstruct.Half{ISN: isn, HasISN: true}
	}
	for i, g := range s.Segments() {
		l := &s.Lines[i]
		conn.Start = g.Time - (s.Segments()[i].Time - s.Segments()[0].Time) - 100e6
		step := &reconstruct.Step{Segment: &g, Conn: conn, From: l.From, Seq: l.Seq, End: l.End(), Ack: l.Ack, HasAck: true}
		if got, want := Format(step), l.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// gopacket reads back what we write, and finds the checksums right.
func TestPacketsDecode(t *testing.T) {
	for name, first := range map[string]gopacket.LayerType{
		"ethernet": layers.LayerTypeEthernet, "raw": layers.LayerTypeIPv4,
		"null": layers.LayerTypeLoopback, "sll": layers.LayerTypeLinuxSLL,
	} {
		s := mustParse(t, "@link "+name+"\n"+handshake)
		for i := range s.Lines {
			frame, err := s.frame(&s.Lines[i], 1)
			if err != nil {
				t.Fatal(err)
			}
			p := gopacket.NewPacket(frame, first, gopacket.Default)
			tcp, ok := p.TransportLayer().(*layers.TCP)
			if !ok || p.ErrorLayer() != nil {
				t.Fatalf("%s: %v", name, p)
			}
			if want := uint32(s.Segments()[i].Seq); tcp.Seq != want {
				t.Errorf("%s: seq %d, want %d", name, tcp.Seq, want)
			}
		}
	}
}

// tshark finds all checksums right but the spoiled one.
func TestTshark(t *testing.T) {
	tshark := testneed.Program(t, "tshark")
	s := mustParse(t, handshake+"+.1 < icmp unreachable port by 10.9.9.9 : > P. 1:101(100) ack 1\n"+
		"@conn 1\n@client [2001:db8::1]:7\n@server [2001:db8::2]:8\n+1 > FP. 5:7(2) ack 9 badsum <TS val 1 ecr 2>\n"+
		"+1 < icmp time-exceeded by 2001:db8::9 : > FP. 5:7(2) ack 9\n")
	pcap, err := s.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(file, pcap, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tshark, "-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields",
		"-e", "tcp.checksum.status", "-e", "icmp.checksum.status", "-e", "icmpv6.checksum.status").Output()
	if err != nil {
		t.Fatal(err)
	}
	// TCP (quoted or not), ICMP, ICMPv6; 1 is good, 0 is bad.
	want := "1\t\t\n1\t\t\n1\t\t\n1\t\t\n1\t1\t\n0\t\t\n1\t\t1\n"
	if got := string(out); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(handshake)
	f.Add("@link sll\n@conn 2\n+1 < icmp too-big by 1.2.3.4 : > SUEWA 0:3(3) urg 5 ttl 3 ipid 0 ecn 2 cut 60 badsum <FO,sack 1:2 3:4>\n---\nclient: none\nserver: A B\nclient alternative: C")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("x", text)
		if err != nil {
			return
		}
		again, err := Parse("x", s.String())
		if err != nil {
			t.Fatalf("%v in %s", err, s)
		}
		if s.String() != again.String() {
			t.Fatalf("%s\nprints as\n%s", s, again)
		}
		if len(s.Lines) < 100 {
			if _, err := s.Pcap(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
