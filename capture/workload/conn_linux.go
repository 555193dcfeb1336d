package workload

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture"
)

// kernelConn is one end of a connection.
type kernelConn struct{ *socket }

// Read reads what is there, and waits for something to be there.
func (c *kernelConn) Read(p []byte) (int, error) {
	return c.transfer("read", &c.read, func() (int, error) { return c.moved(c.file.Read(p)) })
}

// Write returns when all of p is in the socket's buffer.
func (c *kernelConn) Write(p []byte) (int, error) {
	return c.transfer("write", &c.wrote, func() (int, error) { return c.moved(c.file.Write(p)) })
}

// moved takes os's own words off an error.
func (c *kernelConn) moved(n int, err error) (int, error) {
	if e, ok := err.(*os.PathError); ok {
		err = e.Err
	}
	return n, err
}

// CloseWrite sends FIN.
func (c *kernelConn) CloseWrite() error {
	return c.control("shutdown", "SHUT_WR", func(fd int) error { return unix.Shutdown(fd, unix.SHUT_WR) })
}

// Abort sends RST and forgets the connection.
func (c *kernelConn) Abort() error {
	err := c.control("setsockopt", "SO_LINGER 0", func(fd int) error {
		return unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	})
	if err != nil {
		return err
	}
	return c.Close()
}

// SetBuffers sets SO_SNDBUF and SO_RCVBUF. The kernel doubles the values for
// its own use, and stops resizing the buffers by itself.
func (c *kernelConn) SetBuffers(send, receive int) error {
	return c.with(func(fd int) error {
		return options{
			{send != 0, unix.SOL_SOCKET, unix.SO_SNDBUF, send},
			{receive != 0, unix.SOL_SOCKET, unix.SO_RCVBUF, receive},
		}.apply(fd)
	})
}

// File duplicates the descriptor, for another process to have.
func (c *kernelConn) File() (*os.File, error) {
	duplicate := -1
	err := c.with(func(fd int) (err error) {
		duplicate, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(duplicate), c.host), nil
}

// noteWrite puts another process's first write on the connection in the log.
func (c *kernelConn) noteWrite(begin, end capture.Timestamp, n int) {
	c.wrote.Store(true)
	c.keep(Call{Begin: begin, End: end, Host: c.host, Call: "write", Result: resultName(nil), Bytes: n, Detail: "by the child"})
}
