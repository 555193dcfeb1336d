package witness

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// brief writes an observation so that a row of a table can hold it.
func brief(o *Observation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", o.Line, o.Tool)
	switch o.Time.Kind {
	case Absolute:
		fmt.Fprintf(&b, " @%s", time.Unix(0, int64(o.Time.At)).UTC().Format(time.RFC3339Nano))
	case OfDay:
		fmt.Fprintf(&b, " @%v", o.Time.At)
	case Since:
		fmt.Fprintf(&b, " +%v", o.Time.At)
	}
	if o.Role != NoRole {
		fmt.Fprintf(&b, " %s:%d", o.Role.side(), o.Run)
	}
	end := func(e *Endpoint) string {
		addr := "*"
		if e.Addr.IsValid() {
			addr = e.Addr.String()
		}
		return fmt.Sprintf("%s#%d", addr, e.Port)
	}
	fmt.Fprintf(&b, " %s %s", end(&o.Local), end(&o.Remote))
	switch o.Kind {
	case InState:
		fmt.Fprintf(&b, " %s", o.State)
	case Change:
		fmt.Fprintf(&b, " %s>%s", o.Was, o.State)
	case RoundTrips:
		fmt.Fprintf(&b, " %v %v", o.Trips.Unit, o.Trips.Buckets)
	}
	if o.HasTook {
		fmt.Fprintf(&b, " %v", o.Took)
	}
	for _, v := range o.Values {
		fmt.Fprintf(&b, " %s=%d", v.Name, v.Amount)
	}
	if o.Orientation.SYNACK {
		fmt.Fprintf(&b, " seq=%d ack=%d", o.Orientation.Seq, o.Orientation.Ack)
	}
	return b.String()
}

var texts = []struct {
	name string
	tool Tool
	text string
	want []string // observations
	bad  []string // problems
}{
	{"ss, one line", AnyTool, `
State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
LISTEN 0      128          0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=1,fd=3))
ESTAB  0      36    192.0.2.1%eth0:22      192.0.2.9:50000 timer:(on,200ms,0)
`, []string{"3 ss *#22 *#0 LISTEN", "4 ss 192.0.2.1#22 192.0.2.9#50000 ESTABLISHED"}, nil},
	{"ss, details wrapped", AnyTool, "ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80 ino:7 sk:1 <->\n" +
		"\t skmem:(r0,rb1) ts sack cubic wscale:7,9 rto:204 rtt:1.5/0.75 mss:1448 cwnd:10 ssthresh:7 bytes_acked:12 unacked:3 retrans:0/2 minrtt:0.02 send 77bps snd_wnd:500\n" +
		"FIN-WAIT-2 0 0 10.0.0.1:40001 10.0.0.2:80\n",
		[]string{
			"1 ss 10.0.0.1#40000 10.0.0.2#80 ESTABLISHED snd_wscale=7 rcv_wscale=9 rto=204000000 rtt=1500000 rttvar=750000 mss=1448 cwnd=10 ssthresh=7 bytes_acked=12 unacked=3 retrans=2 minrtt=20000 snd_wnd=500",
			"3 ss 10.0.0.1#40001 10.0.0.2#80 FIN-WAIT-2",
		}, nil},
	{"ss with Netid and names", AnyTool, `Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   SYN-RECV 0 0 juliet:http romeo.lan:50000
tcp   ESTAB 0 0 [fe80::1]%eth0:ssh [fe80::2]:50001
tcp   LISTEN 0 0 *:odd-name *:*
`, []string{"2 ss *#80 *#50000 SYN-RECEIVED", "3 ss fe80::1#22 fe80::2#50001 ESTABLISHED", "4 ss *#0 *#0 LISTEN"}, nil},
	{"ss of a single state", AnyTool, `Recv-Q Send-Q Local Address:Port Peer Address:Port Process
0 0 10.0.0.1:40000 10.0.0.2:80
	 cubic cwnd:3
`, []string{"2 ss 10.0.0.1#40000 10.0.0.2#80 cwnd=3"}, nil},
	{"ss with times", AnyTool, `Sat Nov 21 15:03:35 UTC 2026
ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80
1795274896.876558571
ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80
2026-11-21T16:03:35,5+01:00
ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80
1795274897.5 ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80
23:59:59
ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80
00:00:01
ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80
`, []string{
		"2 ss @2026-11-21T15:03:35Z 10.0.0.1#40000 10.0.0.2#80 ESTABLISHED",
		"4 ss @2026-11-21T15:28:16.876558571Z 10.0.0.1#40000 10.0.0.2#80 ESTABLISHED",
		"6 ss @2026-11-21T15:03:35.5Z 10.0.0.1#40000 10.0.0.2#80 ESTABLISHED",
		"7 ss @2026-11-21T15:28:17.5Z 10.0.0.1#40000 10.0.0.2#80 ESTABLISHED",
		"9 ss @23h59m59s 10.0.0.1#40000 10.0.0.2#80 ESTABLISHED",
		"11 ss @24h0m1s 10.0.0.1#40000 10.0.0.2#80 ESTABLISHED",
	}, nil},
	{"lsof", AnyTool, `COMMAND  PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME
Web Content 77 me 4u  IPv4  12345      0t0  TCP 10.0.0.1:40000->10.0.0.2:80 (CLOSE_WAIT)
nginx    88 root 6u  IPv6  12346      0t0  TCP [::1]:http (LISTEN)
idle     99 root 6u  IPv6  12347      0t0  TCP *:8080
`, []string{"2 lsof 10.0.0.1#40000 10.0.0.2#80 CLOSE-WAIT", "3 lsof ::1#80 *#0 LISTEN"}, []string{`line 4: no state behind "*:8080" (hint: lsof -n -i tcp without -T)`}},
	{"netstat of Linux and the BSDs", AnyTool, `Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 10.0.0.1:40000          10.0.0.2:80             FIN_WAIT1
tcp6       0      0 ::ffff:10.0.0.1:443     ::1:40000               LAST_ACK
tcp4       0      0 10.0.0.1.40000          10.0.0.2.80             SYN_RCVD
tcp4       0      0 *.22                    *.*                     LISTEN
`, []string{
		"3 netstat 10.0.0.1#40000 10.0.0.2#80 FIN-WAIT-1", "4 netstat 10.0.0.1#443 ::1#40000 LAST-ACK",
		"5 netstat 10.0.0.1#40000 10.0.0.2#80 SYN-RECEIVED", "6 netstat *#22 *#0 LISTEN",
	}, nil},
	{"tcpstates", AnyTool, `SKADDR           C-PID C-COMM     LADDR           LPORT RADDR           RPORT OLDSTATE    -> NEWSTATE    MS
ffff9fd7e8192000 22384 curl       100.66.100.185  0     52.33.159.26    80    CLOSE       -> SYN_SENT    0.000
ffff9fd7e8192000 0     swapper/5  100.66.100.185  63446 52.33.159.26    80    SYN_SENT    -> ESTABLISHED 1.373
15:07:04 ffff9fd7e8192001 0  a b c  2001:db8::1  63446 2001:db8::2 80 LAST_ACK -> CLOSE 0.5
`, []string{
		"2 tcpstates 100.66.100.185#63446 52.33.159.26#80 CLOSED>SYN-SENT 0s",
		"3 tcpstates 100.66.100.185#63446 52.33.159.26#80 SYN-SENT>ESTABLISHED 1.373ms",
		"4 tcpstates @15h7m4s 2001:db8::1#63446 2001:db8::2#80 LAST-ACK>CLOSED 500µs",
	}, nil},
	{"tcpstates -w -t", AnyTool, `TIME(s)   SKADDR           C-PID  C-COMM           IP LADDR  LPORT RADDR  RPORT OLDSTATE    -> NEWSTATE    MS
0.000000  ffff9fd7e8192000 22384  curl             4  10.0.0.1 40000 10.0.0.2 80  FIN_WAIT1 -> FIN_WAIT2 0.176
0.250000  ffff9fd7e8192000 22384  curl             4  10.0.0.1 40000 10.0.0.2 80  FIN_WAIT2 -> CLOSE   <=5.250
`, []string{
		"2 tcpstates +0s 10.0.0.1#40000 10.0.0.2#80 FIN-WAIT-1>FIN-WAIT-2 176µs",
		"3 tcpstates +250ms 10.0.0.1#40000 10.0.0.2#80 FIN-WAIT-2>CLOSED",
	}, nil},
	{"tcpstates -s", AnyTool, `SKADDR,C-PID,C-COMM,LADDR,LPORT,RADDR,RPORT,OLDSTATE,NEWSTATE,MS
ffff9fd7e8192000,1,curl,10.0.0.1,40000,10.0.0.2,80,ESTABLISHED,CLOSE_WAIT,12.5
12:00:00,ffff9fd7e8192000,1,curl,10.0.0.1,40000,10.0.0.2,80,CLOSE_WAIT,LAST_ACK,1
`, []string{
		"2 tcpstates 10.0.0.1#40000 10.0.0.2#80 ESTABLISHED>CLOSE-WAIT 12.5ms",
		"3 tcpstates @12h0m0s 10.0.0.1#40000 10.0.0.2#80 CLOSE-WAIT>LAST-ACK 1ms",
	}, nil},
	{"tcprtt of bcc", AnyTool, `Tracing TCP RTT... Hit Ctrl-C to end.
All Addresses = ******
     usecs               : count     distribution
         0 -> 1          : 0        |                                        |
     32768 -> 65535      : 12       |****************************************|

Remote Address: = 192.0.2.7 [AVG 41]
     msecs               : count     distribution
        32 -> 63         : 3        |****************************************|
`, []string{"3 tcprtt *#0 *#0 1µs [{0 1 0} {32768 65535 12}]", "8 tcprtt *#0 192.0.2.7#0 1ms [{32 63 3}]"}, nil},
	{"histogram of bpftrace", AnyTool, `Attaching 1 probe...
@usecs[80]: 
[0]                    1 |@@|
[2, 4)                 2 |@@|
[32K, 64K)           117 |@@@@|
`, []string{"3 tcprtt *#0 *#0 1µs [{0 0 1} {2 3 2} {32768 65535 117}]"}, nil},
	{"notebook's words", AnyTool, `CPU     ID                    FUNCTION:NAME
  0  43210           tcp_state_change:entry server tcp_state_change CLOSED LISTEN
              kernel` + "`tcp_usr_listen+0x1" + `
client tcp_state_change CLOSED SYN_SENT
client tcp_do_segment SYN_SENT 18 4000000001 17 1234567
soclose soclose 99
server tcp_do_segment ESTABLISHED 16 1 2
`, []string{
		"2 dtrace server:1 *#0 *#0 CLOSED>LISTEN", "4 dtrace client:1 *#0 *#0 CLOSED>SYN-SENT",
		"5 dtrace +1.234567ms client:1 *#0 *#0 SYN-SENT seq=4000000001 ack=17",
	}, []string{`line 7: not what the probe tcp_do_segment prints: "ESTABLISHED 16 1 2"`}},
	{"notebook's data", AnyTool, `{0: {'server': {'tcp_state_change': [['CLOSED', 'LISTEN'], ['SYN_RCVD', 'ESTABLISHED']],
  'stack': [(b'1', b'kernel"x')], 'tcp_do_segment': []},
 'client': {'tcp_state_change': [['CLOSED', 'SYN_SENT']],
  'tcp_do_segment': [['SYN_SENT', ['SYN', 'ACK'], '5', '6', '7000']]}, 'soclose': {'soclose': [['1']]}},
 5: {'server': {'tcp_state_change': []}, 'client': {'tcp_state_change': [['CLOSED', 'SYN_SENT']]}}}
`, []string{
		"1 dtrace server:1 *#0 *#0 CLOSED>LISTEN", "1 dtrace server:1 *#0 *#0 SYN-RECEIVED>ESTABLISHED",
		"3 dtrace client:1 *#0 *#0 CLOSED>SYN-SENT", "4 dtrace +7µs client:1 *#0 *#0 SYN-SENT seq=5 ack=6",
		"5 dtrace client:2 *#0 *#0 CLOSED>SYN-SENT",
	}, nil},
	{"notebook's data as FreeBSD names states", AnyTool, `{40: {'server': {'tcp_state_change': [['state-established', 'state-fin-wait-1'], ['state-fin-wait-1', 'state-closing']]},
 'client': {'tcp_do_segment': [['state-syn-sent', ['SYN', 'ACK'], '5', '6', '7000']]}}}
`, []string{
		"1 dtrace server:1 *#0 *#0 ESTABLISHED>FIN-WAIT-1", "1 dtrace server:1 *#0 *#0 FIN-WAIT-1>CLOSING",
		"2 dtrace +7µs client:1 *#0 *#0 SYN-SENT seq=5 ack=6",
	}, nil},
	{"notebook's objects", AnyTool, `{"timestamp": 1795274896000000001, "local_port": 10141, "foreign_port": 40000, "previous_tcp_state": "FIN_WAIT_1", "tcp_state": "CLOSING"}
source:10141 dest:40000 Seq:5 Ack:6 Time:1795274896000000001 wnd:65535 cwnd:14480 ssthresh:1073725440
`, []string{
		"1 dtrace @2026-11-21T15:28:16.000000001Z *#10141 *#40000 FIN-WAIT-1>CLOSING",
		"2 dtrace @2026-11-21T15:28:16.000000001Z *#40000 *#10141 snd_wnd=65535 cwnd=14480 ssthresh=1073725440",
	}, nil},
	{"only one tool", Lsof, "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2\nx 1 TCP 10.0.0.1:1->10.0.0.2:2 (ESTABLISHED)\n",
		[]string{"2 lsof 10.0.0.1#1 10.0.0.2#2 ESTABLISHED"}, []string{`line 1: of no tool that is known: "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2"`}},
	{"damage", AnyTool, "ESTAB 0 0 10.0.0.1:1 10.0.0.2\nESTAB 0 0 10.0.0.1:1 10.0.0.2:2\nhello\n{'client': [\n",
		[]string{"2 ss 10.0.0.1#1 10.0.0.2#2 ESTABLISHED"}, []string{
			`line 1: want two endpoints such as 10.0.0.1:22: "10.0.0.1:1 10.0.0.2"`,
			`line 3: of no tool that is known: "hello"`,
			"line 4: data of a notebook that does not end",
		}},
}

func TestRead(t *testing.T) {
	for _, test := range texts {
		t.Run(test.name, func(t *testing.T) {
			text, err := Read(strings.NewReader(test.text), "text", test.tool)
			if err != nil {
				t.Fatal(err)
			}
			var got, bad []string
			for i := range text.Observations {
				got = append(got, brief(&text.Observations[i]))
			}
			for _, p := range text.Problems {
				bad = append(bad, p.String())
			}
			compareLines(t, "observations", got, test.want)
			compareLines(t, "problems", bad, test.bad)
		})
	}
}

func compareLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("%s:\n%s\nwant:\n%s", what, g, w)
	}
}

func TestReadNothing(t *testing.T) {
	for text, want := range map[string]string{
		"":               "t.txt is empty",
		"hello\n":        `t.txt: no line is of a tool that is known; line 1: of no tool that is known: "hello"`,
		"State Recv-Q\n": `t.txt: no line is of a tool that is known; line 1: of no tool that is known: "State Recv-Q"`,
	} {
		if _, err := Read(strings.NewReader(text), "t.txt", AnyTool); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

// What is kept of a text is bounded, and that it was cut is told.
func TestReadBounds(t *testing.T) {
	row := "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2\n"
	text, err := Read(strings.NewReader(strings.Repeat(row, MaxObservations+1)), "t", AnyTool)
	if err != nil || len(text.Observations) != MaxObservations || text.Skipped != 1 {
		t.Errorf("%d observations, %d lines left out (%v)", len(text.Observations), text.Skipped, err)
	}
	long := "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 " + strings.Repeat("cwnd:1 ", MaxLine/7+1) + "\n"
	if text, err = Read(strings.NewReader(long), "t", AnyTool); err != nil || len(text.Observations[0].Values) > maxValues+1 || text.Skipped != 1 {
		t.Errorf("a long line: %d values, %d lines left out (%v)", len(text.Observations[0].Values), text.Skipped, err)
	}
	open := strings.Repeat("{'a': [\n", 1<<15) + strings.Repeat("x", MaxLine) + "\n" + row
	if text, err = Read(strings.NewReader(open), "t", AnyTool); err != nil || len(text.Observations) != 1 {
		t.Errorf("brackets that never close swallow what follows (%v)", err)
	}
}

// FuzzRead holds that no text panics, or gives observations outside of it.
func FuzzRead(f *testing.F) {
	for _, test := range texts {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := Read(strings.NewReader(s), "t", AnyTool)
		if err != nil {
			return
		}
		lines := strings.Count(s, "\n") + 1
		for i := range text.Observations {
			if o := &text.Observations[i]; o.Line < 1 || o.Line > lines || len(o.Values) > maxValues+2 || o.Tool == AnyTool {
				t.Fatalf("observation %+v of %d lines", o, lines)
			}
		}
		Lay([]*Text{text}, nil)
	})
}
