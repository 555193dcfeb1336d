// Command flowstate analyses captures of TCP: who talked, which RFC 9293
// states each endpoint went through and what shows it, what was sent again.
//
// This package holds flags, files and exit statuses, and nothing else: what is
// found out is the business of package analyze, what it looks like that of the
// packages below render. Each command is one file with one constructor, listed
// in root.go.
//
// Results go to standard output, words to standard error. The exit status is 0
// when all was done, 1 when an input could not be read or the work failed, 2
// when part of the input was damaged, 64 when the command line was wrong.
package main

import "os"

func main() {
	beGuest() // in a guest this process is the init, and does not come back
	limitMemory()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
