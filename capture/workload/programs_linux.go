package workload

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Run starts the server, waits until it listens, runs the client to its end,
// and stops the server. The programs' own failures are in the result; an error
// says that they could not be run. Nothing of either is left when it returns, or
// when this process is killed: both are in a process namespace that ends with
// it, and where the system allows none each leads a process group that is killed
// as a whole.
func (p Programs) Run(ctx context.Context, e *Env) (ProgramsResult, error) {
	var r ProgramsResult
	if err := p.Check(); err != nil {
		return r, err
	}
	c, err := newCage()
	if err != nil {
		return r, err
	}
	defer c.close()
	before := listenersOf(&e.Hosts[Server])
	server, err := p.start(e, c, Server, p.Server)
	if err != nil {
		return r, err
	}
	listening, err := p.await(ctx, e, server, before)
	if err == nil {
		r.Listening = listening
		r.Client, err = p.runClient(ctx, e, c)
	}
	r.Server = server.stop(cmp.Or(p.Grace, defaultGrace))
	return r, err
}

// runClient runs the client until it ends, or the context does.
func (p Programs) runClient(ctx context.Context, e *Env, c *cage) (Exit, error) {
	client, err := p.start(e, c, Client, p.Client)
	if err != nil {
		return Exit{}, err
	}
	select {
	case <-client.ended:
		return client.stop(0), nil
	case <-ctx.Done():
		return client.stop(cmp.Or(p.Grace, defaultGrace)), context.Cause(ctx)
	}
}

// program is a running process group.
type program struct {
	command *exec.Cmd
	clock   Clock
	begin   capture.Timestamp
	end     capture.Timestamp // set when ended is closed
	ended   chan struct{}
}

// start runs a line in one of the hosts. Its output goes to files, not pipes:
// nothing has to read them, and nobody who inherits them holds us up.
func (p Programs) start(e *Env, c *cage, s Side, line string) (*program, error) {
	host := &e.Hosts[s]
	command := exec.Command("/bin/sh", "-c", p.line(line, e))
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: unix.SIGKILL}
	command.Env = append(os.Environ(), p.Environment...)
	out, err := os.Create(filepath.Join(p.Folder, host.Name+".out"))
	if err != nil {
		return nil, err
	}
	defer out.Close() // the program has its own
	words, err := os.Create(filepath.Join(p.Folder, host.Name+".err"))
	if err != nil {
		return nil, err
	}
	defer words.Close() // as above
	command.Stdout, command.Stderr = out, words
	started := &program{command: command, clock: e.Clock, ended: make(chan struct{})}
	if err := started.in(host, c); err != nil {
		return nil, fmt.Errorf("starting the %s: %w", host.Name, err)
	}
	return started, nil
}

// in starts the program in a host. The thread that does so waits for its end:
// should we be killed, the thread's end is what the kernel ends the program by.
func (r *program) in(host *Host, c *cage) error {
	started := make(chan error, 2) // the second answer, at the end, nobody waits for
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		started <- host.inside(func() error {
			r.begin = r.clock.Now()
			if err := c.start(r.command); err != nil {
				return err
			}
			started <- nil
			_ = r.command.Wait() // ProcessState has it all
			r.end = r.clock.Now()
			close(r.ended)
			return nil
		})
	}()
	return <-started
}

// await returns where the server has begun to listen. A server that is not
// seen to, as one of UDP, is taken for ready when the time is over; one that
// ends is an error.
//
// The kernel's table is asked, not the port: a connection to try it would be
// in the capture, and some servers serve only one.
func (p Programs) await(ctx context.Context, e *Env, server *program, before map[netip.AddrPort]bool) (netip.AddrPort, error) {
	const step = 5 * time.Millisecond
	begin, patience := e.Clock.Now(), cmp.Or(p.Ready, defaultReady)
	for e.Clock.Now().Sub(begin) < patience {
		for at := range listeners(strconv.Itoa(server.command.Process.Pid)) {
			if !before[at] && (p.Port == 0 || p.Port == at.Port()) {
				return at, nil
			}
		}
		if !server.running() {
			return netip.AddrPort{}, fmt.Errorf("the server ended before it listened%s", p.lastWords(&e.Hosts[Server]))
		}
		if err := e.Clock.Sleep(ctx, step); err != nil {
			return netip.AddrPort{}, err
		}
	}
	return netip.AddrPort{}, nil
}

// lastWords are what a program said in the end, for an error: its files do not
// outlive one.
func (p Programs) lastWords(h *Host) string {
	said, err := os.ReadFile(filepath.Join(p.Folder, h.Name+".err"))
	said = bytes.TrimSpace(said)
	if err != nil || len(said) == 0 {
		return " and said nothing"
	}
	const most = 500
	return ": " + string(said[max(0, len(said)-most):])
}

// stop ends what is left of the group: kindly first, where there is grace.
func (r *program) stop(grace time.Duration) Exit {
	running := r.running()
	if running && grace > 0 {
		r.signal(unix.SIGTERM)
		select {
		case <-r.ended:
		case <-time.After(grace):
		}
	}
	r.signal(unix.SIGKILL) // children of a shell that has ended too
	<-r.ended
	exit := Exit{Status: r.command.ProcessState.ExitCode(), Stopped: running, Time: r.end.Sub(r.begin)}
	if status, ok := r.command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		exit.Signal = unix.SignalName(status.Signal())
	}
	return exit
}

func (r *program) running() bool {
	select {
	case <-r.ended:
		return false
	default:
		return true
	}
}

// signal reaches the whole group; there may be nobody left in it.
func (r *program) signal(s syscall.Signal) {
	_ = unix.Kill(-r.command.Process.Pid, s)
}
