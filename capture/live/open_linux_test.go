package live

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

func TestRefused(t *testing.T) {
	h := newHost(t)
	must(t, h.do(func() error {
		return netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "down0"}, PeerName: "down1"})
	}))
	folder := t.TempDir()
	file := filepath.Join(folder, "a.pcapng")
	on := func(name string) Config { return Config{Interfaces: []Interface{{Name: name, Inside: h.do}}} }
	ports := strings.Repeat("port 1 or ", 400) + "port 2"
	for _, c := range []struct {
		change func(*Options)
		want   string
	}{
		{func(o *Options) { o.Interfaces = nil }, "hint: -i any"},
		{func(o *Options) { o.Config = on("nosuch0") }, "recording on nosuch0: no such device (hint: ip -br link)"},
		{func(o *Options) { o.Config = on("a-name-that-is-too-long") }, "no interface has such a name"},
		{func(o *Options) { o.Config = on("down0") }, "the interface is down (hint: ip link set down0 up)"},
		{func(o *Options) { o.Config = on("any"); o.Promiscuous = true }, "promiscuous mode is for a named interface"},
		{func(o *Options) { o.SnapLen = -1 }, "snapshot length of -1"},
		{func(o *Options) { o.BufferMiB = -1 }, "buffer of -1 MiB"},
		{func(o *Options) { o.Count = -1 }, "limit of -1 packets"},
		{func(o *Options) { o.Duration = -1 }, "duration of -1ns"},
		{func(o *Options) { o.Filter = parse(t, ports) }, "the kernel accepts 4096"},
		{func(o *Options) { o.Output = "" }, "no file to record to"},
		{func(o *Options) { o.Output = "-" }, "no standard output"},
		{func(o *Options) { o.Output = folder }, "is a folder"},
		{func(o *Options) { o.Output = "/nonexistent/a.pcapng" }, "no such file or directory"},
		{func(o *Options) { o.Rotation.Keep = 2 }, "neither size nor duration"},
		{func(o *Options) { o.Rotation.Size = -2 }, "negative limit"},
		{func(o *Options) { o.Rotation.Size, o.Output, o.Stdout = 10, "-", os.Stdout }, "ring files need a name"},
		{func(o *Options) { o.Comment = strings.Repeat("x", 70_000) }, "pcapng has room for 65535"},
	} {
		o := Options{Config: on("lo"), Output: file}
		c.change(&o)
		_, err := Record(context.Background(), o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a refused recording made a file")
	}
}

func TestWithoutPrivileges(t *testing.T) {
	h := newHost(t)
	err := h.do(func() error {
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		none := [2]unix.CapUserData{} // no capability, for this thread alone
		if err := unix.Capset(&header, &none[0]); err != nil {
			return err
		}
		_, err := Open(Config{Interfaces: []Interface{{Name: "lo"}}})
		return err
	})
	if !errors.Is(err, ErrPermission) || !strings.Contains(err.Error(), "CAP_NET_RAW") {
		t.Errorf("%v, want %v", err, ErrPermission)
	}
}

// TestInterfaceGoesDown keeps what was recorded before.
func TestInterfaceGoesDown(t *testing.T) {
	a, b := newPair(t)
	o := a.options(t, "veth0")
	r := begin(t, o)
	transfer(t, a, b, "10.9.0.2", 1000)
	must(t, a.do(func() error {
		link, err := netlink.LinkByName("veth0")
		if err != nil {
			return err
		}
		return netlink.LinkDel(link)
	}))
	<-r.done
	if r.err == nil || !strings.Contains(r.err.Error(), "recording on veth0: the interface went down") {
		t.Errorf("%v", r.err)
	}
	if got := read(t, o.Output).dataBytes(14); got != 1000 {
		t.Errorf("%d bytes of data, want 1000", got)
	}
}

func TestFullDiskIsTold(t *testing.T) {
	h := newHost(t)
	folder := t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size=64k"); err != nil {
		testneed.Missing(t, "no small disk to fill: %v (hint: run as root)", err)
	}
	t.Cleanup(func() { must(t, unix.Unmount(folder, 0)) })
	o := h.options(t, "lo")
	o.Output = filepath.Join(folder, "a.pcapng")
	r := begin(t, o)
	transfer(t, h, h, "127.0.0.1", 1<<20)
	<-r.done
	if !errors.Is(r.err, unix.ENOSPC) || !strings.Contains(r.err.Error(), o.Output+partSuffix+")") {
		t.Errorf("%v", r.err)
	}
}

// TestVLANTagIsPutBack sends a tagged frame. The kernel takes the tag out of
// what it receives.
func TestVLANTagIsPutBack(t *testing.T) {
	a, b := newPair(t)
	o := a.options(t, "veth0")
	r := begin(t, o)
	frame := append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0x60, 42, 0x12, 0x34}, "what follows"...)
	must(t, b.do(func() error { return send("veth1", frame) }))
	r.end()
	for _, p := range read(t, o.Output).packets {
		if string(p.Data) == string(frame) && p.OrigLen == len(frame) {
			return
		}
	}
	t.Error("the frame was not recorded as it was sent")
}

// send puts a frame on an interface of the thread's namespace.
func send(name string, frame []byte) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: link.Attrs().Index})
}

// TestBareIP records what is sent to a TUN device.
func TestBareIP(t *testing.T) {
	h := newHost(t)
	err := h.do(func() error {
		tun := &netlink.Tuntap{LinkAttrs: netlink.LinkAttrs{Name: "tun0"}, Mode: netlink.TUNTAP_MODE_TUN, Queues: 1}
		if err := netlink.LinkAdd(tun); err != nil {
			return err
		}
		t.Cleanup(func() {
			for _, fd := range tun.Fds {
				fd.Close()
			}
		})
		return address("tun0", "10.8.0.1/24")
	})
	if err != nil {
		testneed.Missing(t, "no TUN device: %v (hint: run as root, with /dev/net/tun)", err)
	}
	o := h.options(t, "tun0")
	o.Filter = parse(t, "udp dst port 9")
	r := begin(t, o)
	must(t, h.do(func() error { return sendUDP("10.8.0.2:9") }))
	must(t, h.do(func() error { return sendUDP("10.8.0.2:10") }))
	stats := r.end()
	c := read(t, o.Output)
	if stats.Packets != 1 || c.packets[0].LinkType != capture.LinkTypeRaw || c.packets[0].Data[0] != 0x45 {
		t.Errorf("%+v, %+v", stats, c.packets)
	}
}

func TestIPv6(t *testing.T) {
	for _, name := range []string{"lo", AnyInterface} {
		h := newHost(t)
		all, some := h.options(t, name), h.options(t, name)
		some.Filter = parse(t, "ip6 and tcp and not dst net fe80::/10 and tcp[tcpflags] & tcp-fin = 0")
		everything, selected := begin(t, all), begin(t, some)
		transfer(t, h, h, "[::1]", 10_000)
		everything.end()
		stats := selected.end()
		if want := tcpdumpCount(t, all.Output, "ip6 and tcp and ip6[53] & 1 = 0"); int(stats.Packets) != want || want < 4 {
			t.Errorf("%s: %d packets, tcpdump selects %d", name, stats.Packets, want)
		}
	}
}
