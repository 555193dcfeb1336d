//go:build unix

package main

import "syscall"

const canSuspend = true

// stop stops the whole job as Ctrl-Z does, until the shell goes on with it.
func stop() {
	syscall.Kill(0, syscall.SIGTSTP) // without job control nothing happens, as wanted
}
