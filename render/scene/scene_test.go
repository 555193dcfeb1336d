package scene

import (
	"bytes"
	"strings"
	"testing"
)

func fonts(t testing.TB) *Fonts {
	t.Helper()
	f, err := NewFonts()
	if err != nil {
		t.Fatal(err)
	}
	return &f
}

// sample has one mark of each sort.
func sample(f *Fonts) *Scene {
	s := &Scene{Title: "a < b", Size: Pt(120, 60), DPI: 96}
	two := append(StraightPath(Pt(5, 5), Pt(20, 5)), Piece{To: Pt(30, 5), Break: true}, Piece{To: Pt(50, 5)})
	s.Add(Mark{Path: two, Stroke: Pen(Blue, 1, Dashed)})
	s.Add(Mark{Path: RoundRect(Corners(Pt(10, 20), Pt(60, 50)), 4), Closed: true, Filled: true, Fill: Paper})
	s.Words(f, "SYN & ACK", Pt(64, 40), Bold, 8, Black)
	return s
}

func TestFormats(t *testing.T) {
	f := fonts(t)
	for name, want := range map[string]string{
		".svg": `d="M5,5L20,5M30,5L50,5"`,
		"PNG":  "\x89PNG\r\n",
		"pdf":  "/CreationDate (D:19700101000000",
	} {
		format, err := ParseFormat(name)
		if err != nil {
			t.Fatal(err)
		}
		var a, b bytes.Buffer
		if err := sample(f).Write(&a, format, f); err != nil {
			t.Fatal(err)
		}
		if err := sample(fonts(t)).Write(&b, format, f); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(a.String(), want) {
			t.Errorf("%s: no %q in it", format, want)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: two runs differ", format)
		}
	}
	if _, err := ParseFormat("gif"); err == nil {
		t.Error("gif is taken")
	}
}

func TestCheck(t *testing.T) {
	f := fonts(t)
	s := sample(f)
	if wrong := s.Check(); len(wrong) > 0 {
		t.Error(wrong)
	}
	s.Words(f, "leaves", Pt(110, 40), Regular, 8, Black)
	if wrong := s.Check(); len(wrong) != 1 {
		t.Errorf("a text that leaves the page is not found: %v", wrong)
	}
}
