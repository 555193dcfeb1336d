package workload

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Programs are two programs of the user's own, one in each host. The lines are
// the shell's; {server} and {client} in them stand for the hosts' addresses,
// {port} for Port, and {folder} for Folder, which they can write to on every
// back end.
type Programs struct {
	Server, Client string
	Port           uint16        // 0: 4000
	Ready          time.Duration // the longest wait for the server to listen, 0: 5 s
	Grace          time.Duration // between asking the server to end and killing it, 0: 2 s
	Folder         string        // where server.out, server.err, client.out and client.err are put
	Environment    []string      // in addition to our own, as in NAME=value
}

// ProgramsResult tells how the programs ended.
type ProgramsResult struct {
	Listening      netip.AddrPort // where the server began to listen; invalid: it was not seen to
	Server, Client Exit
}

// Exit is the end of one program.
type Exit struct {
	Status  int           // of exit(2); -1: a signal
	Signal  string        // its name, empty: none
	Stopped bool          // we ended it
	Time    time.Duration // that it ran
}

// The defaults of the zero values.
const (
	defaultReady = 5 * time.Second
	defaultGrace = 2 * time.Second
)

// Check returns a *UsageError for programs that cannot be run.
func (p Programs) Check() error {
	for _, line := range []struct{ name, text string }{{"server", p.Server}, {"client", p.Client}} {
		if strings.TrimSpace(line.text) == "" {
			return &UsageError{
				Problem: fmt.Sprintf("no program for the %s", line.name),
				Hint:    "--server 'iperf3 -s' --client 'iperf3 -c {server}'",
			}
		}
	}
	return nil
}

// line puts addresses and port into a command line.
func (p Programs) line(text string, e *Env) string {
	return strings.NewReplacer(
		"{server}", e.Hosts[Server].Addr.String(),
		"{client}", e.Hosts[Client].Addr.String(),
		"{port}", strconv.Itoa(int(cmp.Or(p.Port, defaultPort))),
		"{folder}", p.Folder,
	).Replace(text)
}
