package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
)

// TestLabsTogether runs labs over the same and over different links at one time.
// Each finds its own connections and no others, and the host is as it was,
// before, meanwhile and afterwards.
func TestLabsTogether(t *testing.T) {
	needLink(t, "emulated")
	needLink(t, "uml")
	program, before := programFile(t), host(t)
	labs := map[string]*exec.Cmd{}
	for _, name := range []string{"emulated", "emulated again", "uml", "uml again", "simulated"} {
		link, _, _ := strings.Cut(name, " ")
		c := exec.Command(program, "lab", "sweep", "--link", link, "--delay", "5,20", "-n", "2", "--iterations", "3", "-t", "256K", "-B", "-q", "--no-diagrams", "-o", filepath.Join(t.TempDir(), "lab"))
		c.Stderr = new(bytes.Buffer)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		labs[name] = c
	}
	time.Sleep(time.Second) // until most of them have a link
	unchanged(t, "while labs run", before, host(t))
	for name, c := range labs {
		if err := c.Wait(); err != nil {
			t.Fatalf("%s: %v: %s", name, err, c.Stderr)
		}
		judged := judgements(t, program, c.Args[len(c.Args)-1])
		if len(judged) != 2*2*3 {
			t.Errorf("%s: %d connections, want 12", name, len(judged))
		}
		for _, o := range judged {
			if !o.Agrees {
				t.Errorf("%s: %+v", name, o)
			}
		}
	}
	unchanged(t, "after them", before, host(t))
}

// judgement is a line of lab report --format json.
type judgement struct {
	Cell, Close, Predicted string
	Agrees                 bool
	RTT                    float64 `json:"handshake_rtt_s"`
}

// judgements reads what a lab's folder shows.
func judgements(t *testing.T, program, dir string) (all []judgement) {
	t.Helper()
	lines := json.NewDecoder(bytes.NewReader(command(t, program, "lab", "report", dir, "--format", "json", "--no-diagrams")))
	for lines.More() {
		var o judgement
		if err := lines.Decode(&o); err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return all
}

// TestLabFolderIsForOne has a second lab go for the folder of one that runs.
func TestLabFolderIsForOne(t *testing.T) {
	needLink(t, "emulated")
	program, dir := programFile(t), filepath.Join(t.TempDir(), "lab")
	args := []string{"lab", "run", "--link", "emulated", "--delay", "100", "-B", "-q", "-o", dir}
	first := exec.Command(program, args...)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	for {
		if list, err := os.ReadDir(dir); err == nil && len(list) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if out, err := exec.Command(program, args...).CombinedOutput(); err == nil || !strings.Contains(string(out), "another lab") {
		t.Errorf("%v: %s", err, out)
	}
	if err := first.Wait(); err != nil {
		t.Errorf("the first: %v", err)
	}
}

// host describes what of the host's network a lab could have touched:
// interfaces, addresses, queues, routes and every setting that can be read. The
// names say which.
func host(t *testing.T) map[string]string {
	t.Helper()
	is := map[string]string{}
	links, err := netlink.LinkList()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		a := l.Attrs()
		is["interface "+a.Name] = fmt.Sprint(l.Type(), a.Index, a.MTU, a.TxQLen, a.HardwareAddr, a.Flags, a.Promisc, a.OperState)
		addresses, err := netlink.AddrList(l, netlink.FAMILY_ALL)
		if err != nil {
			t.Fatal(err)
		}
		is["addresses of "+a.Name] = fmt.Sprint(addresses)
	}
	queues, err := netlink.QdiscList(nil)
	if err != nil {
		t.Fatal(err)
	}
	is["queues"] = fmt.Sprint(queues)
	routes, err := netlink.RouteList(nil, netlink.FAMILY_ALL)
	if err != nil {
		t.Fatal(err)
	}
	is["routes"] = fmt.Sprint(routes)
	maps.Copy(is, settings(t))
	return is
}

// settings reads /proc/sys/net but for what counts.
func settings(t *testing.T) map[string]string {
	t.Helper()
	is := map[string]string{}
	err := filepath.WalkDir("/proc/sys/net", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_count") {
			return err
		}
		if value, err := os.ReadFile(path); err == nil { // some can only be written
			is[path] = string(value)
		}
		return nil
	})
	if err != nil || len(is) < 100 {
		t.Fatalf("%d settings, %v", len(is), err)
	}
	return is
}

func unchanged(t *testing.T, when string, before, now map[string]string) {
	t.Helper()
	names := slices.Collect(maps.Keys(before))
	for name := range now {
		if _, known := before[name]; !known {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if before[name] != now[name] {
			t.Errorf("%s: %s is %q, and was %q", when, name, now[name], before[name])
		}
	}
}
