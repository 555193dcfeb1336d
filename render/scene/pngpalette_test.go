package scene

import (
	"image"
	"image/color"
	"testing"
)

// TestPalette: inks keep their colour, edges nearly, and a picture of very many
// colours keeps them all.
func TestPalette(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 300, 40))
	for x := range 300 {
		for y := range 40 {
			c := Blue.rgba()
			if y == 0 { // edges: each shade once
				c = Blue.Tint(float64(x) / 300).rgba()
			}
			m.SetRGBA(x, y, c)
		}
	}
	p := paletted(m)
	if p == nil {
		t.Fatal("an ink and its shades are too many colours")
	}
	if p.At(5, 5) != color.Color(Blue.rgba()) {
		t.Errorf("the ink became %v", p.At(5, 5))
	}
	for x := range 300 {
		got, want := p.At(x, 0).(color.RGBA), m.RGBAAt(x, 0)
		for _, d := range [...]int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
			if d > 16 || d < -16 {
				t.Fatalf("%v became %v", want, got)
			}
		}
	}
	for x := range 300 {
		for y := range 40 {
			m.SetRGBA(x, y, color.RGBA{uint8(x), uint8(6 * y), uint8(x * y), 255})
		}
	}
	if paletted(m) != nil {
		t.Error("a picture of thousands of colours got a palette")
	}
}
