package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

const module = "github.com/flowstate-tcp/flowstate/"

// stages are the folders that hold code, in the order of the data. A package
// may import its own stage and those before it.
var stages = []string{"capture", "reconstruct", "analyze", "render", "cmd"}

// testSupport are the folders of what only tests import.
var testSupport = []string{"capture/testneed", "reconstruct/scenario/scenariotest", "analyze/analyzetest"}

// source is one parsed file and the folder of its package, as in
// "capture/filter".
type source struct {
	folder string
	name   string
	*ast.File
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// stage returns the place of the file's folder in stages, or -1.
func (s source) stage() int { return stageOf(s.folder) }

func stageOf(folder string) int {
	top, _, _ := strings.Cut(folder, "/")
	return slices.Index(stages, top)
}

func (s source) imports() []string {
	var all []string
	for _, spec := range s.Imports {
		// The parser has already unquoted it once, to check it.
		name, _ := strconv.Unquote(spec.Path.Value)
		all = append(all, name)
	}
	return all
}

// sources parses every Go file of the repository, whatever system or tag it is
// for.
func sources(t *testing.T) []source {
	t.Helper()
	root := testneed.Root(t)
	var all []source
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(name) != ".go" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_"):
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, file)
		all = append(all, source{path.Dir(filepath.ToSlash(relative)), name, parsed})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// wrongs returns what is against the architecture in one file.
func (s source) wrongs() []string {
	if s.stage() < 0 {
		return []string{fmt.Sprintf("is in no stage: %v", stages)}
	}
	var wrongs []string
	for _, name := range s.imports() {
		if why := s.wrongImport(name); why != "" {
			wrongs = append(wrongs, fmt.Sprintf("imports %s: %s", name, why))
		}
	}
	for _, d := range s.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			wrongs = append(wrongs, "has an init function: no work before main")
		}
	}
	return wrongs
}

// wrongImport tells why a file may not import a package; mostly it may. What
// tests import is no edge of the program, so they are free.
func (s source) wrongImport(name string) string {
	folder, ours := strings.CutPrefix(name, module)
	switch {
	case name == "C":
		return "no cgo"
	case s.isTest():
		return ""
	case ours && stageOf(folder) > s.stage():
		return fmt.Sprintf("imports go one way, %s", strings.Join(stages, " <- "))
	case stages[s.stage()] != "cmd" && (name == "flag" || name == "github.com/spf13/pflag" || name == "github.com/spf13/cobra"):
		return "flags belong to cmd"
	case !slices.Contains(testSupport, s.folder) && (name == "testing" || slices.Contains(testSupport, folder)):
		return "that is for tests"
	}
	return ""
}

func TestArchitecture(t *testing.T) {
	all := sources(t)
	if len(all) == 0 {
		t.Fatal("no Go files found")
	}
	for _, s := range all {
		for _, wrong := range s.wrongs() {
			t.Errorf("%s/%s %s", s.folder, s.name, wrong)
		}
	}
}

func TestEveryPackageHasADocComment(t *testing.T) {
	documented := map[string]int{}
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		documented[s.folder] += 0
		if s.Doc == nil {
			continue
		}
		documented[s.folder]++
		if text := s.Doc.Text(); s.Name.Name != "main" && !strings.HasPrefix(text, "Package "+s.Name.Name+" ") {
			t.Errorf("%s/%s: the doc comment does not start with Package %s", s.folder, s.name, s.Name.Name)
		}
	}
	for folder, n := range documented {
		if n != 1 {
			t.Errorf("%s has %d package doc comments, want 1", folder, n)
		}
	}
}

// TestArchitectureNoticesWrongs holds the rules themselves to account.
func TestArchitectureNoticesWrongs(t *testing.T) {
	for _, c := range []struct{ folder, name, code, want string }{
		{"capture/x", "x.go", `import "` + module + `analyze/state"`, "one way"},
		{"reconstruct", "x.go", `import _ "` + module + `cmd/flowstate"`, "one way"},
		{"analyze", "x.go", `import "` + module + `reconstruct/seq"`, ""},
		{"render/table", "x.go", `import "` + module + `render/chart"`, ""},
		{"reconstruct", "x_test.go", `import "` + module + `analyze/model"`, ""},
		{"cmd/flowstate", "x.go", `import "flag"`, ""},
		{"render", "x.go", `import "flag"`, "flags belong to cmd"},
		{"capture", "x_test.go", `import "C"`, "no cgo"},
		{"capture", "x.go", `import "testing"`, "for tests"},
		{"analyze", "x.go", `import "` + module + `reconstruct/scenario/scenariotest"`, "for tests"},
		{"capture", "x.go", `func init() {}`, "init function"},
		{"capture", "x.go", `type x int; func (x) init() {}`, ""},
		{"internal", "x.go", ``, "no stage"},
	} {
		parsed, err := parser.ParseFile(token.NewFileSet(), c.name, "package x\n"+c.code, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(source{c.folder, c.name, parsed}.wrongs(), "\n")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s in %s: %q, want %q", c.code, c.folder, got, c.want)
		}
	}
}

// TestTableOfPackages finds each package in the table of ARCHITECTURE.md, in its
// own row or in that of the folder above it, after all that it imports.
func TestTableOfPackages(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(testneed.Root(t), "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\| ").FindAllStringSubmatch(string(text), -1) {
		rows[m[1]] = len(rows) + 1
	}
	rowOf := func(folder string) int {
		for rows[folder] == 0 && strings.Contains(folder, "/") {
			folder = path.Dir(folder)
		}
		return rows[folder]
	}
	for _, s := range sources(t) {
		here := rowOf(s.folder)
		if here == 0 {
			t.Errorf("the table has no row for %s", s.folder)
		}
		for _, name := range s.imports() {
			if folder, ours := strings.CutPrefix(name, module); ours && !s.isTest() && rowOf(folder) > here {
				t.Errorf("%s imports %s, which stands below it", s.folder, folder)
			}
		}
	}
}
