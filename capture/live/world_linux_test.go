package live

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"testing"
	"unsafe"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// host is a network namespace of a test. It goes when the test ends and the
// last socket in it is closed.
type host struct{ ns netns.NsHandle }

func newHost(t testing.TB) *host {
	t.Helper()
	h := &host{netns.None()}
	err := onThreadOfItsOwn(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		ns, err := netns.Get()
		if err != nil {
			return err
		}
		h.ns = ns
		return up("lo")
	})
	if errors.Is(err, unix.EPERM) {
		testneed.Missing(t, "no network namespaces: %v (hint: run as root)", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.ns.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// do runs f inside the namespace, as the Do of a link.Host does.
func (h *host) do(f func() error) error {
	return onThreadOfItsOwn(func() error {
		if err := netns.Set(h.ns); err != nil {
			return err
		}
		return f()
	})
}

// onThreadOfItsOwn runs f on a thread that ends with it, whatever f did to it.
func onThreadOfItsOwn(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked
		done <- f()
	}()
	return <-done
}

func up(name string) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(link)
}

// newPair makes two hosts, 10.9.0.1 and 10.9.0.2, joined by veth0 and veth1.
func newPair(t testing.TB) (a, b *host) {
	t.Helper()
	a, b = newHost(t), newHost(t)
	for _, h := range []*host{a, b} {
		// IPv6 sends packets of its own when an interface comes up.
		must(t, h.do(func() error { return os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0) }))
	}
	must(t, a.do(func() error {
		return netlink.LinkAdd(&netlink.Veth{
			LinkAttrs: netlink.LinkAttrs{Name: "veth0", MTU: 1500}, PeerName: "veth1", PeerNamespace: netlink.NsFd(b.ns),
		})
	}))
	must(t, a.do(func() error { return address("veth0", "10.9.0.1/24") }))
	must(t, b.do(func() error { return address("veth1", "10.9.0.2/24") }))
	return a, b
}

func address(name, cidr string) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	addr, err := netlink.ParseAddr(cidr)
	if err != nil {
		return err
	}
	return errors.Join(netlink.AddrAdd(link, addr), netlink.LinkSetUp(link))
}

// noOffloads lets an interface of the thread's namespace see packets as a wire
// carries them, at most 1500 bytes long.
func noOffloads(name string) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	if err := netlink.LinkSetMTU(link, 1500); err != nil {
		return err
	}
	const setTSO, setGSO, setGRO = 0x1f, 0x24, 0x2c // linux/ethtool.h
	for _, command := range []uint32{setTSO, setGSO, setGRO} {
		if err := ethtool(name, command, 0); err != nil {
			return err
		}
	}
	return nil
}

func ethtool(name string, command, value uint32) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ask := [2]uint32{command, value}
	request := struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		rest [16]byte
	}{data: unsafe.Pointer(&ask)}
	copy(request.name[:], name)
	_, _, code := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&request)))
	runtime.KeepAlive(&ask)
	if code != 0 {
		return os.NewSyscallError("ethtool", code)
	}
	return nil
}

// transfer sends n bytes over TCP from one host to an address of another.
func transfer(t testing.TB, from, to *host, addr string, n int64) {
	t.Helper()
	var server net.Listener
	must(t, to.do(func() (err error) {
		server, err = net.Listen("tcp", addr+":0")
		return err
	}))
	defer server.Close()
	received := make(chan error, 1)
	go func() {
		conn, err := server.Accept()
		if err == nil {
			_, err = io.Copy(io.Discard, conn)
			err = errors.Join(err, conn.Close())
		}
		received <- err
	}()
	var client net.Conn
	must(t, from.do(func() (err error) {
		client, err = net.Dial("tcp", server.Addr().String())
		return err
	}))
	if _, err := io.CopyBuffer(client, io.LimitReader(zeros{}, n), make([]byte, 128<<10)); err != nil {
		t.Fatal(err)
	}
	must(t, client.Close())
	must(t, <-received)
}

// zeros gives zeros without end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func sendUDP(to string) error {
	conn, err := net.Dial("udp", to)
	if err != nil {
		return err
	}
	_, err = conn.Write([]byte("x"))
	return errors.Join(err, conn.Close())
}
