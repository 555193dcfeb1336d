//go:build !linux

package workload

import (
	"net"
	"os"
	"os/exec"
	"runtime"
)

// Elsewhere than on Linux there are only foreign stacks, and little is asked
// of the system.

func dieWithUs(*exec.Cmd) {} // only Linux can

func errorName(err error) string { return err.Error() }

func quiesce() {}

func usageNow() (Usage, error) { return Usage{}, errNoOption("getrusage") }

func describeHardware() HardwareConfiguration {
	return HardwareConfiguration{
		Machine: runtime.GOARCH, NCPU: runtime.NumCPU(), PageSizes: []PageSize{{os.Getpagesize()}},
	}
}

func describeOS() OSConfiguration {
	name, _ := os.Hostname() // empty where it is not known
	return OSConfiguration{Type: runtime.GOOS, Hostname: name}
}

func describeNetwork(interfaceName string) NetworkConfiguration {
	n := NetworkConfiguration{InterfaceName: interfaceName}
	if i, err := net.InterfaceByName(interfaceName); err == nil {
		n.MTU = i.MTU
	}
	return n
}

// pinned cannot be had here.
func pinned(func() error) error { return errNoOption("a processor of its own") }
