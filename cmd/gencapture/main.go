// Gencapture writes the captures on which flowstate's speed is measured.
//
// It takes a kind, a seed and counts, and writes a pcap file of complete TCP
// connections over IPv4 and Ethernet: handshake, data, FINs, timestamps,
// right checksums, nothing lost or sent twice. The same flags give the same
// bytes. Memory does not grow with the size of the file. What goes wrong in
// networks is not to be had here; the lab and the odd captures are for that.
//
//	gencapture -kind few -o few.pcap     1,000 long connections, 1.4 million packets, 1.1 GB
//	gencapture -kind many -o many.pcap   100,000 short ones, 1,000 at a time, 1.6 million packets
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// Exit statuses, as flowstate has them.
const (
	statusDone   = 0
	statusFailed = 1
	statusUsage  = 64
)

func run(args []string, stdout, stderr io.Writer) int {
	var kind, output string
	var counts plan
	var seed uint64
	flags := flag.NewFlagSet("gencapture", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&kind, "kind", "", "few (long connections) or many (short ones)")
	flags.StringVar(&output, "o", "", "file to write, - for standard output")
	flags.Uint64Var(&seed, "seed", 1, "start of the random numbers")
	flags.IntVar(&counts.connections, "connections", 0, "connections in all (default 1000 for few, 100000 for many)")
	flags.IntVar(&counts.parallel, "parallel", 0, "connections at a time (default 1000)")
	flags.IntVar(&counts.packets, "packets", 0, "packets of a connection, about (default 1408 for few, 16 for many)")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return statusDone
	case err != nil:
		return statusUsage
	}
	p, err := kindOf(kind, counts)
	if err == nil && (output == "" || flags.NArg() > 0) {
		err = errors.New("one output is needed")
	}
	if err != nil {
		fmt.Fprintf(stderr, "gencapture: %v\nhint: gencapture -kind few -o few.pcap\n", err)
		return statusUsage
	}
	if err := writeTo(output, stdout, func(w io.Writer) error { return generate(w, p, seed) }); err != nil {
		fmt.Fprintf(stderr, "gencapture: %v\n", err)
		return statusFailed
	}
	return statusDone
}

// writeTo gives write the output. A file has its name only once it is whole.
func writeTo(name string, stdout io.Writer, write func(io.Writer) error) (err error) {
	if name == "-" {
		return write(stdout)
	}
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.partial")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // after the rename there is nothing to remove, and that is right
	err = errors.Join(write(file), file.Chmod(0o644), file.Close())
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return os.Rename(file.Name(), name)
}
