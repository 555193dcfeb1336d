package scene

import (
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// writePDF draws a scene on a page of its size. It uses fpdf, which gonum's
// own PDF is made with, directly: gonum embeds each font whole (600 KB a
// figure), knows no arrow, and writes the wall clock into the file.
func writePDF(w io.Writer, s *Scene) error {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: s.Size.X, Ht: s.Size.Y}})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetTitle(s.Title, true)
	doc.SetProducer("flowstate", false)
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	for f, style := range faceStyles {
		if s.uses(Face(f)) {
			doc.AddUTF8FontFromBytes("Liberation", style, faceData[f])
		}
	}
	doc.AddPage()
	for i := range s.Marks {
		s.Marks[i].pdf(doc)
	}
	return doc.Output(w)
}

var faceStyles = [numFaces]string{Bold: "B", Italic: "I"}

func (s *Scene) uses(f Face) bool {
	for i := range s.Marks {
		if s.Marks[i].Text != "" && s.Marks[i].Face == f {
			return true
		}
	}
	return false
}

func (m *Mark) pdf(doc *fpdf.Fpdf) {
	r, g, b := m.Fill.channels()
	if m.Text != "" {
		doc.SetFont("Liberation", faceStyles[m.Face], m.Size)
		doc.SetTextColor(int(r), int(g), int(b))
		doc.Text(m.At.X, m.At.Y, m.Text)
		return
	}
	style := ""
	if m.Filled {
		doc.SetFillColor(int(r), int(g), int(b))
		style = "F"
	}
	if m.Stroke.Width > 0 {
		r, g, b = m.Stroke.Ink.channels()
		doc.SetDrawColor(int(r), int(g), int(b))
		doc.SetLineWidth(m.Stroke.Width)
		doc.SetDashPattern(dashes[m.Stroke.Dash], 0)
		style += "D"
	}
	for i, p := range m.Path {
		switch {
		case i == 0 || p.Break:
			if i > 0 && m.Closed {
				doc.ClosePath()
			}
			doc.MoveTo(p.To.X, p.To.Y)
		case p.Curve:
			doc.CurveBezierCubicTo(p.C1.X, p.C1.Y, p.C2.X, p.C2.Y, p.To.X, p.To.Y)
		default:
			doc.LineTo(p.To.X, p.To.Y)
		}
	}
	if m.Closed {
		doc.ClosePath()
	}
	doc.DrawPath(style)
}
