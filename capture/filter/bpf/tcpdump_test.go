package bpf

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	xbpf "golang.org/x/net/bpf"
	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/filter"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// expressions are what tcpdump and we compile to programs that select alike.
var expressions = []string{
	"tcp", "not tcp", "udp", "sctp", "icmp", "icmp6", "ip", "ip6", "not ip", "not ip6", "ip or ip6", "ip and ip6", "ip and not udp",
	`ip proto \tcp`, "ip6 proto 6", "proto 6", "ip proto 17", "ip6 proto 17", "proto 44", "ip6 proto 44", "proto 58", "proto 132", "proto 0", "proto 255",
	"host 10.0.0.1", "src host 10.0.0.1", "src 10.0.0.1", "dst 10.0.0.1", "dst host 2001:db8::1", "src or dst host 10.0.0.2", "src and dst host 10.0.0.2",
	"not host 10.0.0.1", "ip and host 10.0.0.1", "ip host 10.0.0.1", "ip src host 10.0.0.1", "ip dst net 10", "not ip src 10.0.0.1", "ip host 10.0.0.1 or 10.0.0.2", "ip6 dst host fe80::1", "ip6 host 2001:db8::1", "host fe80::1", "src and dst host fe80::1", "not src fe80::1",
	"host 2001:db8::2 and src port 80", "host 10.0.0.1 and 10.0.0.2", "host 10.0.0.1 or 2001:db8::1", "not (host 10.0.0.1 or host 10.0.0.2)",
	"net 10", "net 10.1", "net 10.0.1", "net 10.0.0.0", "net 10.0.0.0/8", "net 10.1/16", "src net 10.0.0.0/15", "dst net 10.0.0.0 mask 255.254.0.0",
	"net 0.0.0.0/0", "not net 0.0.0.0/0", "src and dst net 10", "not net 10", "net 10.0.0.0/31", "net 2001:db8::/32", "net ::/0", "src net 2001:db8:0:1::/64",
	"net 2001:db8::/33", "net 2001:db8::/127", "dst net fe80::/10", "net 2001:db8::1", "ip6 net ::/0", "ip net 0.0.0.0/0", "src and dst net 2001:db8::/48",
	"port 80", "src port 80", "dst port 80", "src or dst port 80", "src and dst port 80", "not port 80", "tcp port 80", "tcp dst port 80", "udp port 80",
	"sctp src port 443", "port http", "port 0120", "port 0x50", "port 0", "port 65535", "tcp and not port 80", "tcp and not port 22", "udp or tcp port 53",
	"portrange 80-443", "src portrange 1-1023", "dst portrange 443-80", "tcp portrange 22-80", "portrange http-https", "portrange 80", "portrange 0-65535",
	"not portrange 1-1023", "src and dst portrange 1-1023", "udp src and dst portrange 80-50000", "portrange 0-79", "portrange 1024-65535",
	"port 80 and src 10.0.0.2 and tcp", "tcp and port 80 or 443", "port 443 or port 80 and dst 10.0.0.1", "port 80 or 443", "port (80 or 443 and 22)",
	"port not 80", "port 80 or not 443", "port 80 or not (443 or 22)", "src port 80 or 443 and not dst port 22", "host 10.0.0.1 and port 80 or 443",
	"port 80 or (host 10.0.0.1 or 10.0.0.2) or 443", "port 22 or port 80 and host 10.0.0.1", "net 10.1 or 10.0.1", "ip proto 6 or 17", "not not port 80",
	"!(port 80||port 443)&&tcp", "port 80 and (tcp or udp)", "not (ip6 or port 80)", "not ip6 or port 80", "port ssh or domain or https", "((port 80))",
	"(tcp port 443 or port 80) and not host 10.0.0.1", "ip6 and tcp", "ip6 and not tcp", "ip6 and port 443 and not dst 2001:db8::1",
	"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "tcp[13] & 2 != 0", "tcp[tcpflags] == tcp-syn", "tcp[tcpflags] = tcp-syn|tcp-ack", "tcp[12] & 1 != 0",
	"(tcp[tcpflags] & (tcp-syn|tcp-ack)) == (tcp-syn|tcp-ack)", "tcp[13] = 0x10", "tcp[13] = 020", "tcp[13] > 0x10", "tcp[13:1] <= 17", "tcp[13] < 300",
	"not tcp[13] & 16 = 0", "tcp[13] & tcp-push != 0 and src port 80", "tcp[tcpflags] & tcp-rst != 0 or tcp[tcpflags] & tcp-fin != 0", "tcp[13] >= 128",
	"tcp[13] & 0x100 = 0", "tcp[13] & 1 < 1", "! tcp[13] = 16 && port 80", "ip and tcp[13]&0x12=0x12", "tcp[13] != 16 and not port 22", "not tcp[13] > 300",
}

func TestSameAsTCPDump(t *testing.T) {
	testneed.Program(t, "tcpdump")
	packets := crowd(500)
	for _, link := range LinkTypes() {
		file := emptyCapture(t, link)
		for _, text := range expressions {
			if err := compare(t, file, link, text, packets); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestRandomTextSameAsTCPDump(t *testing.T) {
	testneed.Program(t, "tcpdump")
	packets := crowd(300)
	files := map[capture.LinkType]string{}
	for _, link := range LinkTypes() {
		files[link] = emptyCapture(t, link)
	}
	rapid.Check(t, func(r *rapid.T) {
		link := rapid.SampledFrom(LinkTypes()).Draw(r, "link")
		text := sentence(r, 3)
		if err := compare(t, files[link], link, text, packets); err != nil {
			r.Fatal(err)
		}
	})
}

// compare holds our program against tcpdump's on the packets that the link can
// carry, but for the two differences that are meant.
func compare(t *testing.T, file string, link capture.LinkType, text string, packets []packet) error {
	t.Helper()
	ours := compiled(t, text, link)
	theirs, err := tcpdump(file, text)
	if err != nil {
		return err
	}
	vm := machine(t, theirs)
	for i := range packets {
		frame, ok := packets[i].on(link)
		if !ok || meant(&packets[i], text) {
			continue
		}
		// A packet cut anywhere, but not where the optimizer would have left out
		// a load: of words of which a net keeps no bit.
		if i%3 == 0 && !strings.Contains(text, "net ") {
			frame = frame[:len(frame)*(i%7)/7]
		}
		if got, want := run(t, ours, frame), run(t, vm, frame); got != want {
			return fmt.Errorf("%s: %s: packet %d: %d, tcpdump %d: %x", link, text, i, got, want, frame)
		}
	}
	return nil
}

var namedPort = regexp.MustCompile(`(port|portrange) [a-z]`)

// meant tells the differences that the package comment tells of.
func meant(p *packet, text string) bool {
	return p.etherType == 0x86dd && strings.Contains(text, "tcp[") ||
		p.protocol != protocolTCP && namedPort.MatchString(text)
}

// tcpdump returns the program that it would give to the kernel but for the
// optimizer. That of libpcap 1.10.3 is wrong for NULL and LOOP, where IPv6 has
// several numbers: of "src net A and net A" it keeps the test of the
// destination alone.
func tcpdump(file, text string) ([]xbpf.RawInstruction, error) {
	var out, words bytes.Buffer
	cmd := exec.Command("tcpdump", "-r", file, "-O", "-ddd", "--", text)
	cmd.Stdout, cmd.Stderr = &out, &words
	err := cmd.Run()
	if strings.Contains(words.String(), "expression rejects all packets") {
		return xbpf.Assemble([]xbpf.Instruction{xbpf.RetConstant{}})
	}
	if err != nil {
		return nil, fmt.Errorf("tcpdump: %s: %w: %s", text, err, &words)
	}
	var program []xbpf.RawInstruction
	lines := bufio.NewScanner(&out)
	lines.Scan() // the number of instructions
	for lines.Scan() {
		var i xbpf.RawInstruction
		if _, err := fmt.Sscan(lines.Text(), &i.Op, &i.Jt, &i.Jf, &i.K); err != nil {
			return nil, fmt.Errorf("tcpdump: %s: %w", lines.Text(), err)
		}
		program = append(program, i)
	}
	return program, nil
}

// emptyCapture makes a file without packets, for tcpdump takes the link type
// from one.
func emptyCapture(t *testing.T, link capture.LinkType) string {
	t.Helper()
	header := binary.NativeEndian.AppendUint32(nil, 0xa1b2c3d4)
	header = binary.NativeEndian.AppendUint16(header, 2)
	header = binary.NativeEndian.AppendUint16(header, 4)
	for _, word := range []uint32{0, 0, WholePacket, uint32(link)} {
		header = binary.NativeEndian.AppendUint32(header, word)
	}
	file := filepath.Join(t.TempDir(), link.String()+strconv.Itoa(int(link))+".pcap")
	if err := os.WriteFile(file, header, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// sentence makes up an expression.
func sentence(r *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 3).Draw(r, "leaf") == 0 {
		return simple(r)
	}
	join := rapid.SampledFrom([]string{" and ", " or ", "not"}).Draw(r, "join")
	if join == "not" {
		return "not (" + sentence(r, depth-1) + ")"
	}
	return "(" + sentence(r, depth-1) + ")" + join + "(" + sentence(r, depth-1) + ")"
}

func simple(r *rapid.T) string {
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(r, "word") }
	port := func() int { return int(rapid.SampledFrom(crowdPorts).Draw(r, "port")) }
	dir := pick("", "src ", "dst ", "src or dst ", "src and dst ")
	switch rapid.IntRange(0, 5).Draw(r, "kind") {
	case 0:
		return pick("ip", "ip6", "tcp", "udp", "sctp", "icmp", "icmp6") + " or proto " + pick("1", "6", "17", "44", "58")
	case 1:
		if pick("", "ip ") != "" {
			return "ip " + dir + pick("host ", "net ") + pick(crowdIPv4...)
		}
		return dir + "host " + pick(append(crowdIPv4, crowdIPv6...)...)
	case 2:
		return dir + "net " + pick("10.0.0.0/8", "10.0.0.0/23", "0.0.0.0/1", "2001:db8::/63", "fe80::/10", "2001:db8::/126")
	case 3:
		return pick("", "tcp ", "udp ") + dir + "port " + strconv.Itoa(port())
	case 4:
		return pick("", "tcp ", "sctp ") + dir + fmt.Sprintf("portrange %d-%d", port(), port())
	}
	return fmt.Sprintf("tcp[13] & %d %s %d", rapid.IntRange(0, 255).Draw(r, "mask"), pick("=", "!=", "<", "<=", ">", ">="), rapid.IntRange(0, 255).Draw(r, "value"))
}

// TestSameAsMatch holds the programs against filter.Match, which the analysis
// selects with, on the packets that both can see.
func TestSameAsMatch(t *testing.T) {
	packets := crowd(600)
	rapid.Check(t, func(r *rapid.T) {
		link := rapid.SampledFrom(LinkTypes()).Draw(r, "link")
		text := sentence(r, 3)
		e, err := filter.Parse(text)
		if err != nil {
			r.Fatal(err)
		}
		vm := compiled(t, text, link)
		for i := range packets {
			p := &packets[i]
			frame, ok := p.on(link)
			if !ok || p.header == nil {
				continue
			}
			if got, want := run(t, vm, frame) != 0, filter.Match(e, p.header); got != want {
				r.Fatalf("%s: %s: packet %d: %v, Match %v", link, text, i, got, want)
			}
		}
	})
}
