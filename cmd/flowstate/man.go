package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/flowstate-tcp/flowstate/render/man"
)

// newMan is for those who package flowstate; docs/man has the pages it writes.
func newMan(p *program) *cobra.Command {
	var folder string
	cmd := &cobra.Command{
		Use:     "man -o DIR",
		Short:   "Write a manual page for each command",
		Example: "  flowstate man -o /usr/local/share/man/man1",
		Hidden:  true,
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			if folder == "" {
				return usage("flowstate man -o man1", "man needs a folder")
			}
			return writePages(folder)
		},
	}
	cmd.Flags().StringVarP(&folder, "output", "o", "", "the folder `DIR` to write them to")
	return cmd
}

func writePages(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, page := range manualPages() {
		if err := os.WriteFile(filepath.Join(folder, name+".1"), page, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// manualPages returns the page of each command that people see, by its name.
func manualPages() map[string][]byte {
	pages := map[string][]byte{}
	root := newRoot(&program{})
	root.InitDefaultVersionFlag()
	for cmd := range commands(root) {
		page := manualPage(cmd)
		pages[page.Name] = page.Bytes()
	}
	return pages
}

// commands yields a command and all below it that are not hidden, in the order
// of help.
func commands(cmd *cobra.Command) func(yield func(*cobra.Command) bool) {
	return func(yield func(*cobra.Command) bool) {
		if !yield(cmd) {
			return
		}
		for _, sub := range cmd.Commands() {
			if sub.Hidden {
				continue
			}
			for c := range commands(sub) {
				if !yield(c) {
					return
				}
			}
		}
	}
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

func manualPage(cmd *cobra.Command) *man.Page {
	page := &man.Page{
		Name: pageName(cmd), Short: strings.ToLower(cmd.Short[:1]) + cmd.Short[1:],
		Source: "flowstate", Heading: "flowstate manual",
	}
	page.Add("SYNOPSIS", synopsis(cmd))
	description := cmd.Long
	if description == "" {
		description = cmd.Short + "."
	}
	page.Add("DESCRIPTION", man.Prose(description))
	page.Add("COMMANDS", subcommands(cmd))
	page.Add("OPTIONS", options(cmd))
	page.Add("EXIT STATUS", items(exitMeanings[:]))
	page.Add("ENVIRONMENT", items(environment[:])+items(furtherEnvironment[pageName(cmd)]))
	page.Add("FILES", items(files[pageName(cmd)]))
	page.Add("EXAMPLES", man.Examples(cmd.Example))
	page.Add("SEE ALSO", seeAlso(cmd))
	return page
}

// synopsis is the line of usage: what is to be typed as it stands in bold, what
// stands for something else in italics.
func synopsis(cmd *cobra.Command) string {
	path := cmd.CommandPath()
	line := man.Bold(path)
	for _, word := range strings.Fields(strings.TrimPrefix(cmd.UseLine(), path)) {
		line += " " + synopsisWord(word)
	}
	return line + "\n"
}

func synopsisWord(word string) string {
	core := strings.Trim(word, "[].|")
	before, after, _ := strings.Cut(word, core)
	switch {
	case core == strings.ToUpper(core) && !strings.HasPrefix(core, "-"), core == "flags", core == "command":
		return man.Plain(before) + man.Italic(core) + man.Plain(after)
	}
	return man.Plain(before) + man.Bold(core) + man.Plain(after)
}

func subcommands(cmd *cobra.Command) string {
	var b strings.Builder
	for _, sub := range cmd.Commands() {
		if !sub.Hidden {
			b.WriteString(man.Item(man.Bold(sub.CommandPath()), sub.Short))
		}
	}
	return b.String()
}

// options are the flags of a command, with what they stand at.
func options(cmd *cobra.Command) string {
	var b strings.Builder
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, meaning := pflag.UnquoteUsage(f)
		term := man.Bold("--" + f.Name)
		if f.Shorthand != "" {
			term = man.Bold("-"+f.Shorthand) + ", " + term
		}
		switch {
		case value == "":
		case f.NoOptDefVal != "":
			term += man.Plain("[=") + man.Italic(value) + man.Plain("]")
		default:
			term += " " + man.Italic(value)
		}
		if d := defaultOf(f); d != "" {
			meaning += " (default " + d + ")"
		}
		b.WriteString(man.Item(term, meaning))
	})
	b.WriteString(man.Item(man.Bold("-h")+", "+man.Bold("--help"), "help for "+cmd.Name()))
	return b.String()
}

// defaultOf is where a flag stands when it is not given; empty where that is
// nothing, or no.
func defaultOf(f *pflag.Flag) string {
	if _, ok := f.Value.(*jobsFlag); ok {
		return "one for each processor"
	}
	switch f.DefValue {
	case "", "false", "0", "0s", "[]":
		return ""
	}
	return f.DefValue
}

// meaning is a term of a list and what it stands for.
type meaning struct{ term, text string }

func items(all []meaning) string {
	var b strings.Builder
	for _, m := range all {
		b.WriteString(man.Item(man.Bold(m.term), m.text))
	}
	return b.String()
}

var exitMeanings = [...]meaning{
	{fmt.Sprint(exitDone), "all was done"},
	{fmt.Sprint(exitFailed), "an input could not be read, or the work failed"},
	{fmt.Sprint(exitDamaged), "done, but part of an input was damaged; what was told on standard error says which"},
	{fmt.Sprint(exitCheck), "a check that was asked for did not hold, as with crosscheck --strict"},
	{fmt.Sprint(exitUsage), "the command line was wrong"},
}

var environment = [...]meaning{
	{"NO_COLOR", "if it is set to anything, nothing is coloured"},
	{"TERM", "of a terminal; nothing is coloured on one that is dumb"},
	{"GOMEMLIMIT, GOGC", "how much memory is used before it is collected; without them flowstate tries to stay below 96 MiB"},
}

// furtherEnvironment is what only some commands look at, by the name of their
// page. It is never written to.
var furtherEnvironment = map[string][]meaning{
	"flowstate-view": {{"LC_ALL, LC_CTYPE, LANG", "the first that is set tells whether the terminal shows UTF-8; without it only ASCII is drawn"}},
}

// labFiles are what a lab leaves in its folder.
var labFiles = []meaning{
	{"DIR/manifest.json", "every run with its settings, files and results; all other commands about a lab start from it"},
	{"DIR/RUN/client.pcapng, DIR/RUN/server.pcapng", "what passed at both ends"},
	{"DIR/RUN/calls.jsonl", "the socket calls with their times"},
	{"DIR/RUN/samples.jsonl", "what the kernel told of its sockets along time (TCP_INFO)"},
	{"DIR/figures", "figures and report of a sweep, made by flowstate lab report"},
}

// files are those that a command leaves by itself, by the name of its page. It
// is never written to.
var files = map[string][]meaning{
	"flowstate-lab":        labFiles,
	"flowstate-lab-run":    labFiles,
	"flowstate-lab-sweep":  labFiles,
	"flowstate-lab-report": labFiles,
}

// programs are other programs' pages that belong beside ours. It is never
// written to.
var programs = map[string][]string{
	"flowstate":            {"tcpdump(1)", "tshark(1)", "wireshark(1)"},
	"flowstate-capture":    {"tcpdump(1)", "pcap-filter(7)"},
	"flowstate-crosscheck": {"tshark(1)"},
	"flowstate-diagram":    {"dot(1)"},
	"flowstate-segments":   {"tcpdump(1)", "tshark(1)"},
	"flowstate-states":     {"ss(8)", "lsof(8)", "netstat(8)"},
	"flowstate-lab":        {"ip-netns(8)", "tc-netem(8)"},
	"flowstate-lab-run":    {"ip-netns(8)", "tc-netem(8)"},
}

// speaksOf tells whether a text names a command.
func speaksOf(text, path string) bool {
	for _, rest := range strings.Split(text, path)[1:] {
		if rest == "" || strings.ContainsAny(rest[:1], " \".,;:") {
			return true
		}
	}
	return false
}

// seeAlso names the command above, those below, those beside it that its help
// speaks of, and other programs.
func seeAlso(cmd *cobra.Command) string {
	var names []string
	add := func(name string) {
		if name != pageName(cmd)+"(1)" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if cmd.HasParent() {
		add(pageName(cmd.Parent()) + "(1)")
	}
	text := strings.Join(strings.Fields(cmd.Long+" "+cmd.Example), " ")
	for c := range commands(cmd.Root()) {
		if c.Parent() == cmd || c.HasParent() && speaksOf(text, c.CommandPath()) {
			add(pageName(c) + "(1)")
		}
	}
	for _, name := range programs[pageName(cmd)] {
		add(name)
	}
	for i, name := range names {
		title, number, _ := strings.Cut(name, "(")
		names[i] = man.Bold(title) + man.Plain("("+number)
	}
	return strings.Join(names, ",\n") + "\n"
}
