package workload

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// listenersOf are those of a host. Where it cannot be entered, starting the
// program fails too, and tells.
func listenersOf(h *Host) (all map[netip.AddrPort]bool) {
	_ = h.inside(func() error {
		all = listeners("thread-self")
		return nil
	})
	return all
}

// listeners are the TCP sockets in LISTEN in the network namespace of a
// process. A table that cannot be read has none: there may be no IPv6.
func listeners(process string) map[netip.AddrPort]bool {
	all := map[netip.AddrPort]bool{}
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%s/net/%s", process, table))
		if err != nil {
			continue
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		for lines.Scan() {
			if at, ok := listener(lines.Text()); ok {
				all[at] = true
			}
		}
	}
	return all
}

// listener reads a line of /proc/net/tcp: number, local, remote, state, ...
func listener(line string) (netip.AddrPort, bool) {
	const listen = "0A" // TCP_LISTEN
	fields := strings.Fields(line)
	if len(fields) < 4 || fields[3] != listen {
		return netip.AddrPort{}, false
	}
	address, port, _ := strings.Cut(fields[1], ":")
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, false
	}
	ip, ok := procAddr(address)
	return netip.AddrPortFrom(ip, uint16(number)), ok
}

// procAddr reads an address: words of 32 bits in the machine's byte order.
func procAddr(text string) (netip.Addr, bool) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw)%4 != 0 {
		return netip.Addr{}, false
	}
	for i := 0; i < len(raw); i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	return netip.AddrFromSlice(raw)
}
