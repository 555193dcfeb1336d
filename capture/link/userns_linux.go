package link

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// userNamespaceMark tells a process that it is the one inside.
const userNamespaceMark = "FLOWSTATE_USER_NAMESPACE"

// NeedsUserNamespace tells whether this process lacks the right to make network
// namespaces and has not tried a user namespace yet.
func NeedsUserNamespace() bool {
	return os.Geteuid() != 0 && os.Getenv(userNamespaceMark) == ""
}

// EnterUserNamespace runs this program again, with args (without its name), as
// root of a user namespace of its own: there it may make network namespaces
// and devices, and nothing else of the host. It passes on the standard files,
// and ends the program when ctx ends or this process does. It returns the exit
// status. Where the system allows no such namespace, the error says so.
//
//	if link.NeedsUserNamespace() {
//		code, err := link.EnterUserNamespace(ctx, os.Args[1:])
//		...
//	}
func EnterUserNamespace(ctx context.Context, args []string) (exit int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("this program's own file: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), userNamespaceMark+"=1")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // so that it can tidy its output
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	// The signal at death comes when the thread ends that started the program.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err = cmd.Run()
	if ended := new(exec.ExitError); errors.As(err, &ended) {
		return max(ended.ExitCode(), 1), nil // below zero: ended by a signal
	}
	if errors.Is(err, unix.ENOSPC) {
		return 0, errors.New("not root, and this system allows no more user namespaces (hint: sudo, or sysctl -w user.max_user_namespaces=10000, or the uml link)")
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EINVAL) {
		return 0, errors.New("not root, and this system allows no unprivileged user namespaces (hint: sudo, or sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0, or the uml link)")
	}
	if err != nil {
		return 0, fmt.Errorf("a user namespace: %w", err)
	}
	return 0, nil
}
