package workload

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// dieWithUs has the kernel kill the command when the thread ends that starts it.
func dieWithUs(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
}

// errorName is the C name of a system error, or else its text.
func errorName(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		if name := unix.ErrnoName(number); name != "" {
			return name
		}
	}
	return err.Error()
}

// quiesce has the file systems written. The original does it three times,
// because on BSD the call only begins the work; Linux waits for it.
func quiesce() { unix.Sync() }

// usageNow is what this process has used so far.
func usageNow() (Usage, error) {
	var raw unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &raw); err != nil {
		return Usage{}, err
	}
	return Usage{
		System:      time.Duration(raw.Stime.Nano()),
		User:        time.Duration(raw.Utime.Nano()),
		Sent:        raw.Msgsnd,
		Received:    raw.Msgrcv,
		Voluntary:   raw.Nvcsw,
		Involuntary: raw.Nivcsw,
	}, nil
}

// describeHardware fills the original's keys with what is nearest on Linux.
func describeHardware() HardwareConfiguration {
	var name unix.Utsname
	_ = unix.Uname(&name) // EFAULT alone, which cannot be
	h := HardwareConfiguration{
		Machine:   unix.ByteSliceToString(name.Machine[:]),
		Model:     cpuInfo("model name"),
		NCPU:      runtime.NumCPU(),
		PageSizes: []PageSize{{os.Getpagesize()}},
	}
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		h.PhysMem = uint64(info.Totalram) * uint64(info.Unit)
	}
	megahertz, _, _ := strings.Cut(cpuInfo("cpu MHz"), ".")
	h.Frequency, _ = strconv.Atoi(megahertz) // 0 where the machine does not tell
	return h
}

func describeOS() OSConfiguration {
	var name unix.Utsname
	_ = unix.Uname(&name) // as above
	return OSConfiguration{
		Type:     unix.ByteSliceToString(name.Sysname[:]),
		Release:  unix.ByteSliceToString(name.Release[:]),
		Ident:    unix.ByteSliceToString(name.Version[:]),
		Hostname: unix.ByteSliceToString(name.Nodename[:]),
	}
}

// describeNetwork is of the namespace that it runs in.
func describeNetwork(interfaceName string) NetworkConfiguration {
	n := NetworkConfiguration{
		PipeMinDirect: 4096, // PIPE_BUF: what goes through a pipe in one piece
		MaxSockBuf:    sysctl("net/core/wmem_max"),
		InterfaceName: interfaceName,
		QueueLimit:    sysctl("net/core/netdev_max_backlog"),
	}
	text, err := os.ReadFile("/proc/sys/net/ipv4/tcp_congestion_control")
	if err == nil {
		n.Congestion = strings.TrimSpace(string(text))
	}
	if i, err := net.InterfaceByName(interfaceName); err == nil {
		n.MTU = i.MTU
	}
	return n
}

// sysctl is a number under /proc/sys, 0 where it is not shown: some are not
// in a network namespace.
func sysctl(name string) int {
	text, err := os.ReadFile("/proc/sys/" + name)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(text))) // the kernel wrote it
	return n
}

// cpuInfo is a field of the first processor, empty where there is none.
func cpuInfo(field string) string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(name) == field {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
