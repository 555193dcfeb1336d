package diagram

import (
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// writePDF draws a scene on a page of its size. It uses fpdf, which gonum's
// own PDF is made with, directly: gonum embeds each font whole (600 KB a
// figure), knows no arrow, and writes the wall clock into the file.
func writePDF(w io.Writer, s *scene) error {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: s.size.x, Ht: s.size.y}})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetTitle(s.title, true)
	doc.SetProducer("flowstate", false)
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	for f, style := range faceStyles {
		if s.uses(face(f)) {
			doc.AddUTF8FontFromBytes("Liberation", style, faceData[f])
		}
	}
	doc.AddPage()
	for i := range s.marks {
		s.marks[i].pdf(doc)
	}
	return doc.Output(w)
}

var faceStyles = [numFaces]string{bold: "B", italic: "I"}

func (s *scene) uses(f face) bool {
	for i := range s.marks {
		if s.marks[i].text != "" && s.marks[i].face == f {
			return true
		}
	}
	return false
}

func (m *mark) pdf(doc *fpdf.Fpdf) {
	r, g, b := m.fill.channels()
	if m.text != "" {
		doc.SetFont("Liberation", faceStyles[m.face], m.size)
		doc.SetTextColor(int(r), int(g), int(b))
		doc.Text(m.at.x, m.at.y, m.text)
		return
	}
	style := ""
	if m.filled {
		doc.SetFillColor(int(r), int(g), int(b))
		style = "F"
	}
	if m.stroke.width > 0 {
		r, g, b = m.stroke.ink.channels()
		doc.SetDrawColor(int(r), int(g), int(b))
		doc.SetLineWidth(m.stroke.width)
		doc.SetDashPattern(dashes[m.stroke.dash], 0)
		style += "D"
	}
	for i, p := range m.path {
		switch {
		case i == 0:
			doc.MoveTo(p.to.x, p.to.y)
		case p.curve:
			doc.CurveBezierCubicTo(p.c1.x, p.c1.y, p.c2.x, p.c2.y, p.to.x, p.to.y)
		default:
			doc.LineTo(p.to.x, p.to.y)
		}
	}
	if m.closed {
		doc.ClosePath()
	}
	doc.DrawPath(style)
}
