// Package uml runs a job of this program inside a user-mode Linux kernel,
// which has netem where the host has not, and needs no privileges.
//
// In: a Job: a program (usually this one) with arguments, and the one folder
// that it may write to. Out: its output as it comes, its exit status, and what
// it left in the folder. The guest sees the host's files read-only at the same
// paths, and OutDir writable at its own path, so arguments need no rewriting.
// The job runs as root of the guest, with the modules for netem, veth and TUN
// loaded, a tmpfs at /mnt (also TMPDIR and HOME) and no network but its own.
//
// The program's main (and a test's TestMain) calls Init before all else: the
// same file is the guest's init. It refuses to start where Debian's
// user-mode-linux, or another linux.uml with its modules, is not installed,
// and says how to get it. When the calling process ends in whatever way the
// guest ends with it; a folder that a killed run left is removed by the next.
//
//	uml.Init()
//	err := uml.Run(ctx, uml.Job{Args: []string{"lab", "run", "--link", "netem", "-o", out}, OutDir: out, Stdout: os.Stdout})
package uml

import (
	"errors"
	"fmt"
	"io"
)

// Install tells how to get a user-mode Linux kernel.
const Install = "apt-get install user-mode-linux"

// Job is what the guest runs. Only OutDir is required.
type Job struct {
	Binary  string    // an absolute path; "": this program
	Args    []string  // without the program's name
	Env     []string  // added to a short environment
	OutDir  string    // an absolute path of a folder that exists: the only one that the job can write to
	Memory  int       // MiB, 0: 512
	Modules []string  // beside the usual ones, as paths below the kernel's folder of modules
	Stdout  io.Writer // nil: discarded
	Stderr  io.Writer // nil: discarded
}

// defaultMemory holds a recorder's ring beside a benchmark's buffers; the host
// gives only what is touched.
const defaultMemory = 512

// ExitError is a job that ran and did not succeed.
type ExitError struct{ Code int }

func (e *ExitError) Error() string {
	return fmt.Sprintf("the job in the user-mode Linux guest ended with exit status %d", e.Code)
}

// spec is what the host tells the guest's init, as JSON in a file that the
// kernel's command line names: that line has room for some 4,000 bytes only,
// and no way to quote a quotation mark.
type spec struct {
	Binary  string   `json:"binary"`
	Args    []string `json:"args"`
	Env     []string `json:"env"`
	OutDir  string   `json:"out_dir"`
	Modules []string `json:"modules"`
}

// verdict is what the guest's init tells the host: that it has begun, and at
// the end how the job did.
type verdict struct {
	Begun bool   `json:"begun,omitempty"`
	Exit  int    `json:"exit"`
	Error string `json:"error,omitempty"` // why the job could not be run
}

// specVariable names the file of the spec in the environment of the guest's
// init, and marks it as such.
const specVariable = "FLOWSTATE_UML_JOB"

// err is the verdict as Run returns it.
func (v verdict) err() error {
	switch {
	case v.Error != "":
		return errors.New("in the user-mode Linux guest: " + v.Error)
	case v.Exit != 0:
		return &ExitError{Code: v.Exit}
	}
	return nil
}

// usualModules are those that a link needs, below the folder of modules. The
// congestion controls are loaded so that a job can choose them by name; a
// kernel may have any of them built in instead.
func usualModules() []string {
	return []string{
		"kernel/lib/crc-ccitt.ko", "kernel/net/ipv6/ipv6.ko", // the latter needs the former
		"kernel/net/sched/sch_netem.ko", "kernel/drivers/net/veth.ko", "kernel/drivers/net/tun.ko",
		"kernel/net/ipv4/tcp_bbr.ko", "kernel/net/ipv4/tcp_dctcp.ko", "kernel/net/ipv4/tcp_vegas.ko",
	}
}
