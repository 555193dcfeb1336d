package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// followFlags are those of flowstate follow.
type followFlags struct {
	common
	side     sideFlag
	hex, raw bool
	zeroFill bool
}

func newFollow(p *program) *cobra.Command {
	var flags followFlags
	cmd := &cobra.Command{
		Use:   "follow [flags] FILE",
		Short: "Print or save the bytes that the endpoints sent each other",
		Long: `Print the byte streams of one connection, put back in order, or save them. Each
byte comes once; where the capture lacks some, a line says how many.

With -o DIR/ each side's bytes go to a file of their own, and so does --raw with
--side. Such a file holds the captured bytes alone; where bytes are missing, a
list with the ending .gaps.csv stands beside it. --zero-fill puts zeros in the
gaps, so that every byte keeps its place.`,
		Example: `  flowstate follow trace.pcap --conn 0
  flowstate follow trace.pcap --conn 0 --side server --raw -o page.html
  flowstate follow trace.pcap --conn 0 -o streams/`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := flags.check(args); err != nil {
				return err
			}
			return follow(p, &flags, args[0])
		},
	}
	flags.addOutput(cmd)
	flags.addConn(cmd)
	f := cmd.Flags()
	f.Var(&flags.side, "side", "whose bytes: client, server or both")
	f.BoolVar(&flags.hex, "hex", false, "print every byte in hexadecimal")
	f.BoolVar(&flags.raw, "raw", false, "the bytes as they are, of one side")
	f.BoolVar(&flags.zeroFill, "zero-fill", false, "in saved and raw streams, put zeros where bytes are missing")
	complete(cmd, "side", sideNames[:])
	return cmd
}

// check refuses flags that contradict one another.
func (f *followFlags) check(args []string) error {
	again := "flowstate follow " + quote(args[0])
	switch {
	case len(args) > 1:
		return usage(again, "follow takes one capture, got %d", len(args))
	case len(f.conns.numbers) > 1:
		return usage(fmt.Sprintf("%s --conn %d", again, f.conns.sorted()[0]), "follow takes one connection, got --conn %s", f.conns.String())
	case f.raw && (f.hex || f.format.Format != table.Text):
		return usage(again+" --raw --side client", "--raw goes with no other format")
	case f.raw && f.side == bothSides && !f.inFolder():
		return usage(again+" --raw --side client", "--raw is for one side, since nothing would tell two apart")
	case f.zeroFill && !f.raw && !f.inFolder():
		return usage(again+" --zero-fill --side client --raw", "--zero-fill is for --raw and -o DIR/; printed streams tell their gaps")
	case f.inFolder() && (f.hex || f.format.Format != table.Text):
		return usage(again+" -o streams/", "-o with a folder saves the bytes as they are")
	}
	return nil
}

// follow writes the streams of one connection of the capture that arg names.
func follow(p *program, flags *followFlags, arg string) error {
	paths, err := p.expand([]string{arg})
	if err != nil || len(paths) == 0 {
		return err
	}
	if len(paths) > 1 {
		return usage("flowstate follow "+quote(paths[0]), "follow takes one capture, %s holds %d", arg, len(paths))
	}
	pass := streamPass{side: flags.side}
	if list := flags.conns.sorted(); len(list) > 0 {
		pass.number = list[0]
	}
	out, err := flags.writer(p, paths[0], pass.number)
	if err != nil {
		return err
	}
	defer out.discard()
	pass.write = out.write
	watch := p.newProgress(paths, &flags.common)
	told := p.survey(paths[0], analyze.Options{}, watch, pass.run)
	watch.end()
	if pass.found {
		err = out.commit()
	}
	p.tell(&told, &flags.common)
	p.tellFollowed(&told, &pass, flags)
	return err
}

// tellFollowed says what the choice of the connection left out.
func (p *program) tellFollowed(told *account, pass *streamPass, flags *followFlags) {
	chosen := len(flags.conns.numbers) > 0
	switch {
	case pass.found && pass.connections > 1 && !chosen && !flags.quiet:
		p.say("this is connection 0 of %d; --conn N follows another", pass.connections)
	case pass.found || told.err != nil:
	case chosen:
		p.failed = true
		p.say("no connection %d in %s", pass.number, told.path)
		p.say("hint: flowstate summary %s", quote(told.path))
	default:
		p.say("no TCP connection in %s", told.path)
	}
}

// sideFlag chooses one side, or both.
type sideFlag uint8

const bothSides sideFlag = 0

var sideNames = [...]string{"both", "client", "server"}

func (f *sideFlag) Type() string   { return "SIDE" }
func (f *sideFlag) String() string { return sideNames[*f] }

func (f *sideFlag) Set(s string) error {
	for i, name := range sideNames {
		if s == name {
			*f = sideFlag(i)
			return nil
		}
	}
	return fmt.Errorf("unknown side %q: use %s", s, strings.Join(sideNames[:], ", "))
}

// has tells whether the bytes of a side are wanted.
func (f sideFlag) has(side reconstruct.Side) bool {
	return f == bothSides || sideNames[f] == side.String()
}
