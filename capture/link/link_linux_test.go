package link

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/link/emulated"
	"github.com/flowstate-tcp/flowstate/capture/link/netem"
	"github.com/flowstate-tcp/flowstate/capture/link/uml"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// attempts is how often a measurement may be repeated: the machine is shared,
// and what is asked is whether the link can, not whether others were quiet.
const attempts = 8

func testContext() context.Context { return context.Background() }

func TestEmulatedHandshakeRTT(t *testing.T) {
	for _, c := range []Config{delayed(0), delayed(5), delayed(20), delayed(40), {IPv6: true, Way: delayed(20).Way}, {Offloads: true, Way: delayed(20).Way}} {
		t.Run(fmt.Sprintf("%v ipv6=%v offloads=%v", c.Way[0].Delay, c.IPv6, c.Offloads), func(t *testing.T) {
			l := open(t, "emulated", c)
			var median time.Duration
			for range attempts {
				rtts, err := handshakes(l, 20)
				if err != nil {
					t.Fatal(err)
				}
				median = rtts[len(rtts)/2]
				t.Logf("handshake RTT: least %v, median %v, most %v", rtts[0], median, rtts[len(rtts)-1])
				if within(median, 2*c.Way[0].Delay) {
					return
				}
			}
			t.Errorf("median handshake RTT %v at a delay of %v", median, c.Way[0].Delay)
		})
	}
}

func TestMeasureEmulated(t *testing.T) {
	for _, ms := range []int{0, 5, 20, 40} {
		t.Run(fmt.Sprint(ms, "ms"), func(t *testing.T) {
			c := delayed(ms)
			l := open(t, "emulated", c)
			var f Figures
			for range attempts {
				var err error
				if f, err = Measure(t.Context(), l, c, MeasureOptions{Packets: 300}); err != nil {
					t.Fatal(err)
				}
				t.Logf("delay error %+v, %.0f Mbit/s, 16 MiB in %v", f.Way, f.Rate/1e6, f.Took)
				if f.Way[0].P50 < 300*time.Microsecond && f.Way[1].P50 < 300*time.Microsecond {
					break
				}
			}
			for i, way := range f.Way {
				if way.Received != 300 || way.P50 < 0 || way.P50 > 300*time.Microsecond {
					t.Errorf("way %d: %+v", i, way)
				}
			}
			t.Logf("the link's own account: %+v", l.(interface{ Lateness() [2]emulated.Lateness }).Lateness())
		})
	}
}

func TestMeasureEndsWithItsContext(t *testing.T) {
	l := open(t, "emulated", delayed(5))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := Measure(ctx, l, delayed(5), MeasureOptions{Packets: 2000}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Measure: %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v to stop", took)
	}
}

// numbered sends packets that carry their number one way, and counts what
// comes.
func numbered(t *testing.T, l Link, packets int) (received, duplicates, overtaken, corrupted int) {
	t.Helper()
	hosts := l.Hosts()
	in, err := udp(hosts[1], netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	roomy(t, in)
	out, err := udp(hosts[0], in.LocalAddr().(*net.UDPAddr).AddrPort())
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	go func() {
		for i := range packets {
			fmt.Fprintf(out, "%08d", i)
			if i%20 == 19 {
				time.Sleep(time.Millisecond)
			}
		}
	}()
	seen, last := map[int]bool{}, -1
	for buffer := make([]byte, 100); ; {
		in.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		n, err := in.Read(buffer)
		if err != nil {
			return received, duplicates, overtaken, corrupted
		}
		received++
		var number int
		if _, err := fmt.Sscanf(string(buffer[:n]), "%d", &number); err != nil {
			t.Errorf("a packet with %q passed its checksum", buffer[:n])
			continue
		}
		if seen[number] {
			duplicates++
		} else if number < last {
			overtaken++
		}
		seen[number], last = true, max(last, number)
	}
}

// roomy gives a socket room for all packets of a test, so that none is lost
// where the reader gets no processor for a while.
func roomy(t *testing.T, c *net.UDPConn) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20) })
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
}

// carriers are the links of this process that lose, repeat and delay: netem
// only where the kernel has it.
func carriers() []string {
	if probeNetem() != nil {
		return []string{"emulated"}
	}
	return []string{"emulated", "netem"}
}

func TestShares(t *testing.T) {
	for _, name := range carriers() {
		t.Run(name, func(t *testing.T) { shares(t, name) })
	}
}

func shares(t *testing.T, name string) {
	const packets = 4000
	near := func(t *testing.T, what string, got int, share float64) {
		t.Helper()
		if want := share * packets; math.Abs(float64(got)-want) > 5*math.Sqrt(want*(1-share))+1 {
			t.Errorf("%s: %d, want about %.0f", what, got, want)
		}
	}
	for _, c := range []struct {
		name  string
		way   Params
		check func(t *testing.T, received, duplicates, overtaken int)
	}{
		{"nothing", Params{Delay: 5 * time.Millisecond}, func(t *testing.T, received, duplicates, overtaken int) {
			if received != packets || duplicates != 0 || overtaken != 0 {
				t.Errorf("%d received, %d duplicates, %d overtaken", received, duplicates, overtaken)
			}
		}},
		{"loss", Params{Loss: 0.1}, func(t *testing.T, received, _, _ int) { near(t, "lost", packets-received, 0.1) }},
		{"duplicates", Params{Delay: time.Millisecond, Duplicate: 0.05}, func(t *testing.T, _, duplicates, _ int) { near(t, "duplicates", duplicates, 0.05) }},
		// What skips the delay overtakes; those it overtakes come later than it.
		{"reordering", Params{Delay: 20 * time.Millisecond, Reorder: 0.05}, func(t *testing.T, received, _, overtaken int) {
			if received != packets || overtaken < packets/2 {
				t.Errorf("%d received, %d overtaken", received, overtaken)
			}
		}},
		// The checksum of UDP or IP finds each turned bit.
		{"corruption", Params{Delay: time.Millisecond, Corrupt: 0.1}, func(t *testing.T, received, _, _ int) { near(t, "refused", packets-received, 0.1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := open(t, name, Config{Seed: 1, Way: [2]Params{c.way, {}}})
			received, duplicates, overtaken, _ := numbered(t, l, packets)
			c.check(t, received, duplicates, overtaken)
		})
	}
}

func TestRate(t *testing.T) {
	for _, name := range carriers() {
		t.Run(name, func(t *testing.T) {
			c := Config{Way: [2]Params{{Rate: 50e6, Limit: 200}, {}}}
			l := open(t, name, c)
			var f Figures
			for range attempts { // a busy machine makes it slower, and nothing makes it faster
				var err error
				if f, err = Measure(t.Context(), l, c, MeasureOptions{Packets: 10, Bytes: 4 << 20}); err != nil {
					t.Fatal(err)
				}
				// Headers take 4 to 5 % of the rate.
				if f.Rate > 49e6 {
					break
				}
				if f.Rate >= 40e6 {
					return
				}
			}
			t.Errorf("%.1f Mbit/s over a link of 50", f.Rate/1e6)
		})
	}
}

// A burst into a slow link finds room for as many packets as the limit says,
// and for those whose place is free again before the burst is over.
func TestQueueLimit(t *testing.T) {
	for _, name := range carriers() {
		t.Run(name, func(t *testing.T) {
			const limit, most = 10, 20
			l := open(t, name, Config{Way: [2]Params{{Rate: 10_000, Limit: limit}, {}}})
			if received, _, _, _ := numbered(t, l, 100); received < limit || received > most {
				t.Errorf("%d of 100 packets came through a queue of %d", received, limit)
			}
		})
	}
}

func TestTwoLinksAtOnce(t *testing.T) {
	a, b := open(t, "emulated", delayed(10)), open(t, "emulated", delayed(30))
	c := open(t, "netem", Config{}) // no netem is needed for a plain wire
	for _, want := range []struct {
		l   Link
		rtt time.Duration
	}{{a, 20 * time.Millisecond}, {b, 60 * time.Millisecond}, {c, 0}, {a, 20 * time.Millisecond}} {
		rtts, err := handshakes(want.l, 5)
		if err != nil {
			t.Fatal(err)
		}
		if rtts[0] < want.rtt || rtts[0] > want.rtt+10*time.Millisecond {
			t.Errorf("RTT %v, want %v", rtts[0], want.rtt)
		}
	}
}

// largest is the size of the largest packet that a tap at a host sees while
// bytes are sent over the link.
func largest(t *testing.T, l Link) int {
	t.Helper()
	client := l.Hosts()[0]
	fd := -1
	err := client.Do(func() (err error) {
		const all = 0x0300 // ETH_P_ALL in network order
		if fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, all); err != nil {
			return err
		}
		i, err := net.InterfaceByName(client.Interface)
		if err != nil {
			return err
		}
		return unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: i.Index})
	})
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if _, err := transfer(t.Context(), l.Hosts(), 1<<20); err != nil {
		t.Fatal(err)
	}
	most := 0
	for buffer := make([]byte, 1<<17); ; {
		n, err := unix.Read(fd, buffer)
		if err != nil {
			return most
		}
		most = max(most, n)
	}
}

func TestOffloadsAndMTU(t *testing.T) {
	for _, c := range []struct {
		backend string
		Config
		low, high int
	}{
		{"emulated", Config{}, 1500, 1500},
		{"emulated", Config{MTU: 9000}, 9000, 9000},
		{"emulated", Config{Offloads: true}, 1501, 1 << 16},
		{"netem", Config{}, 1514, 1514},
		{"netem", Config{IPv6: true}, 1514, 1514},
		{"netem", Config{Offloads: true}, 1515, 1 << 17},
		{"netem", Config{Topology: Loopback}, 1514, 1514},
		{"netem", Config{Topology: Loopback, Offloads: true}, 1515, 1 << 17},
	} {
		t.Run(fmt.Sprintf("%s %+v", c.backend, c.Config), func(t *testing.T) {
			if n := largest(t, open(t, c.backend, c.Config)); n < c.low || n > c.high {
				t.Errorf("largest packet: %d bytes, want %d to %d", n, c.low, c.high)
			}
		})
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	namespaces(t)
	count := func() (files, interfaces int) {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		all, err := net.Interfaces()
		if err != nil {
			t.Fatal(err)
		}
		return len(entries), len(all)
	}
	if err := probeEmulated(); err != nil { // what is opened once for good is open now
		t.Fatal(err)
	}
	files, interfaces := count()
	for range 20 {
		for _, name := range []string{"emulated", "netem"} {
			l, err := Open(t.Context(), name, Config{})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(l.Close(), l.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if f, i := count(); f != files || i != interfaces {
		t.Errorf("%d files and %d interfaces, %d and %d before", f, i, files, interfaces)
	}
}

// holdJob opens links, tells their namespaces, and waits to be killed.
func holdJob() error {
	for _, name := range []string{"emulated", "netem"} {
		l, err := Open(testContext(), name, Config{})
		if err != nil {
			return err
		}
		for _, h := range l.Hosts() {
			err := h.Do(func() error {
				space, err := os.Readlink("/proc/thread-self/ns/net")
				fmt.Println(space)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	fmt.Println("ready")
	time.Sleep(time.Minute)
	return errors.New("not killed")
}

func TestKilledHolderLeavesNothing(t *testing.T) {
	namespaces(t)
	for range 5 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), jobVariable+"=hold")
		cmd.Stderr = os.Stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var spaces []string
		for lines := bufio.NewScanner(stdout); lines.Scan() && lines.Text() != "ready"; {
			spaces = append(spaces, lines.Text())
		}
		if len(spaces) != 4 {
			t.Errorf("namespaces: %q", spaces)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // killed, as asked
		for _, space := range spaces {
			if users := usersOf(space); len(users) != 0 {
				t.Errorf("%s is still used by %v", space, users)
			}
		}
	}
}

// usersOf lists the threads in a namespace. Nothing else can hold one that has
// no name: descriptors end with their process.
func usersOf(space string) (users []string) {
	links, _ := filepath.Glob("/proc/[0-9]*/task/[0-9]*/ns/net")
	for _, name := range links {
		if target, err := os.Readlink(name); err == nil && target == space {
			users = append(users, name)
		}
	}
	return users
}

// TestNetemInGuest is the real netem, wherever a user-mode Linux is installed.
func TestNetemInGuest(t *testing.T) {
	if testing.Short() {
		t.Skip("boots a kernel")
	}
	if err := uml.Ready(); err != nil {
		testneed.Missing(t, "no user-mode Linux: %v", err)
	}
	for _, c := range []Config{delayed(20), {Topology: Loopback, Way: delayed(5).Way}, {IPv6: true, Way: delayed(5).Way}} {
		t.Run(fmt.Sprintf("%v topology=%v ipv6=%v", c.Way[0].Delay, c.Topology, c.IPv6), func(t *testing.T) {
			config, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			var r rttReport
			for range attempts {
				var stdout, stderr bytes.Buffer
				err = uml.Run(t.Context(), uml.Job{
					OutDir: t.TempDir(), Env: []string{jobVariable + "=rtt", configVariable + "=" + string(config)}, Stdout: &stdout, Stderr: &stderr,
				})
				if err != nil {
					t.Fatalf("%v\n%s", err, &stderr)
				}
				if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
					t.Fatalf("%v in %s", err, &stdout)
				}
				median, want := r.RTTs[len(r.RTTs)/2], 2*c.Way[0].Delay
				t.Logf("%s: least %v, median %v, most %v; %+v", r.Backend, r.RTTs[0], median, r.RTTs[len(r.RTTs)-1], r.Figures)
				if r.Backend != "netem" {
					t.Fatalf("the guest took the %s link", r.Backend)
				}
				if (median - want).Abs() <= max(want/50, time.Millisecond) {
					return
				}
			}
			t.Errorf("handshake RTTs %v", r.RTTs)
		})
	}
}

// TestImpairmentsInGuest holds the real netem to what the tests of the links of
// this process are held to, by running them in a guest.
func TestImpairmentsInGuest(t *testing.T) {
	if testing.Short() {
		t.Skip("boots a kernel")
	}
	if err := uml.Ready(); err != nil {
		testneed.Missing(t, "no user-mode Linux: %v", err)
	}
	var stdout, stderr bytes.Buffer
	err := uml.Run(t.Context(), uml.Job{
		OutDir: t.TempDir(), Args: []string{"-test.v", "-test.run=^(TestShares|TestRate|TestQueueLimit)$/^netem$"}, Stdout: &stdout, Stderr: &stderr,
	})
	if err != nil {
		t.Errorf("%v\n%s%s", err, &stdout, &stderr)
	}
	for _, name := range []string{"TestShares/netem/loss", "TestShares/netem/duplicates", "TestShares/netem/reordering", "TestShares/netem/corruption", "TestRate/netem", "TestQueueLimit/netem"} {
		if !strings.Contains(stdout.String(), "--- PASS: "+name) {
			t.Errorf("%s did not pass", name)
		}
	}
}

// unprivilegedJob is run as somebody who may do nothing.
func unprivilegedJob() error {
	if NeedsUserNamespace() {
		exit, err := EnterUserNamespace(testContext(), nil)
		if err == nil && exit != 7 {
			err = fmt.Errorf("exit status %d", exit)
		}
		return err
	}
	l, err := Open(testContext(), "netem", Config{})
	if err != nil {
		return err
	}
	defer l.Close()
	if _, err := handshakes(l, 3); err != nil {
		return err
	}
	fmt.Println("worked in a user namespace")
	for _, s := range Probe() {
		fmt.Printf("%+v\n", s)
	}
	os.Exit(7) // to see that the status is passed on
	return nil
}

func TestWithoutRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		testneed.Missing(t, "only root can become somebody else")
	}
	binary := copyForAll(t)
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), jobVariable+"=unprivileged")
	cmd.Dir = os.TempDir()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	output, err := cmd.CombinedOutput()
	if strings.Contains(string(output), "no unprivileged user namespaces") {
		testneed.Missing(t, "%s", output)
	}
	t.Logf("%s", output)
	if err != nil || !strings.Contains(string(output), "worked in a user namespace") {
		t.Errorf("%v", err)
	}
}

// copyForAll copies this test binary to where everybody can run it.
func copyForAll(t *testing.T) string {
	t.Helper()
	from, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.CreateTemp("", "link-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(to.Name()) })
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Chmod(0o755), to.Close()); err != nil {
		t.Fatal(err)
	}
	return to.Name()
}

func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct {
		name, backend, want string
		Config
	}{
		{"no such link", "wire", "netem, uml, emulated, simulated", Config{}},
		{"elsewhere", "simulated", "capture/link/simulated", Config{}},
		{"a share above 1", "emulated", "to the client: a loss of 2", Config{Way: [2]Params{{}, {Loss: 2}}}},
		{"tiny MTU", "emulated", "IPv6's least", Config{IPv6: true, MTU: 1000}},
		{"lo has no two ways", "netem", "loopback", Config{Topology: Loopback, Way: [2]Params{{Delay: 1}, {}}}},
		{"lo cannot be emulated", "emulated", "cannot delay lo", Config{Topology: Loopback}},
		{"half a microsecond", "netem", "would round 500ns", Config{Way: Both(Params{Delay: 500})}},
		{"corruption with offloads", "emulated", "offloads off", Config{Offloads: true, Way: Both(Params{Corrupt: 0.1})}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := Open(t.Context(), c.backend, c.Config)
			if err == nil {
				l.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestProbeNamesWhatIsMissing(t *testing.T) {
	for _, s := range Probe() {
		t.Logf("%+v", s)
		if s.Works == (s.Why != "") || !s.Works && !strings.Contains(s.Why, "hint:") {
			t.Errorf("%s: no clear sentence", s.Backend)
		}
	}
	if name, err := Choose(Auto, Namespaces); err != nil {
		t.Error(err)
	} else {
		t.Logf("auto is %s", name)
	}
	if err := probeNetem(); err != nil && !errors.Is(err, netem.ErrMissing) && os.Geteuid() == 0 {
		t.Errorf("netem: %v", err)
	}
}

// Auto leaves out back ends that cannot do what is asked for.
func TestAutoKnowsTopologies(t *testing.T) {
	switch name, err := Choose(Auto, Loopback); {
	case err == nil && name != "netem" && name != "uml":
		t.Errorf("auto takes %s for loopback", name)
	case err != nil && !strings.Contains(err.Error(), "emulated: it joins two hosts and has no loopback"):
		t.Errorf("the reason is not told: %v", err)
	}
}

func TestDryRun(t *testing.T) {
	c := Config{Way: [2]Params{{Delay: 20 * time.Millisecond, Loss: 0.01}, {Delay: 5 * time.Millisecond, Rate: 1e6}}}
	plan, err := DryRun("netem", c)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(plan, "\n")
	for _, want := range []string{
		"ip netns exec router tc qdisc add dev to-server root handle 1: netem limit 100000 delay 20ms loss 1%",
		"ip netns exec router tc qdisc add dev to-client root handle 1: netem limit 100000 delay 5ms rate 1000000bit",
		"ip netns exec client ethtool -K client0 tso off gso off gro off tx off rx off",
		"ip netns exec router sysctl -w net/ipv4/ip_forward=1",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	for _, name := range []string{"uml", "emulated", "simulated"} {
		more, err := DryRun(name, c)
		if err != nil || len(more) == 0 {
			t.Errorf("%s: %v", name, err)
		}
		text += "\n\n" + strings.Join(more, "\n")
	}
	t.Log(text)
}
