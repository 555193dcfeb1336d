package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Format is how a document is written.
type Format uint8

// The formats.
const (
	Text Format = iota
	Markdown
	JSON // one object on one line
	CSV  // the rows of the tables that a task puts first
)

var formatNames = [...]string{"text", "markdown", "json", "csv"}

// String returns the name used on the command line.
func (f Format) String() string { return formatNames[f] }

// Formats returns the names of all formats.
func Formats() []string { return append([]string(nil), formatNames[:]...) }

// ParseFormat returns the format of a name.
func ParseFormat(name string) (Format, error) {
	for f, n := range formatNames {
		if n == name {
			return Format(f), nil
		}
	}
	return Text, fmt.Errorf("unknown format %q: use %s", name, strings.Join(formatNames[:], ", "))
}

// Section is what is told about one question.
type Section struct {
	ID    string   `json:"id"` // stable, such as "options"
	Title string   `json:"title"`
	Lines []string `json:"text"`            // sentences, a paragraph each
	Table *Table   `json:"table,omitempty"` // behind the sentences, nil for none
}

// Document is everything that is told about one connection, or about the packets
// of a capture that belong to none.
type Document struct {
	Schema   string    `json:"schema"` // flowstate.explain/1
	File     string    `json:"file"`
	Task     string    `json:"task,omitempty"` // the course's task that it answers, as "kurose-tcp"
	Conn     *int      `json:"conn,omitempty"` // absent where it is about none, or about several
	Title    string    `json:"title"`
	Sections []Section `json:"sections"`

	main *Table // what CSV shows, nil for nothing
}

const schema = "flowstate.explain/1"

// Fields describes the fields of the JSON form.
func Fields() []Column {
	return []Column{
		{Name: "schema", Meaning: schema},
		{Name: "file", Meaning: "the capture, as it was named on the command line; empty where several are compared"},
		{Name: "task", Meaning: "the course's task that it answers, with --task"},
		{Name: "conn", Meaning: "number of the connection, as Wireshark's tcp.stream; absent where it is about none or several"},
		{Name: "title", Meaning: "what it is about"},
		{Name: "sections", Meaning: "list of what is told, a question each"},
		{Name: "sections.id", Meaning: "stable name of the section, such as options"},
		{Name: "sections.title", Meaning: "the question, for people"},
		{Name: "sections.text", Meaning: "list of paragraphs; their words may change"},
		{Name: "sections.table.columns", Meaning: "names of the columns, where the section has a table"},
		{Name: "sections.table.rows", Meaning: "list of rows, each a list with a number, a text or null (unknown) for each column"},
	}
}

// New returns a document without sections about a capture.
func New(file, title string) *Document { return &Document{Schema: schema, File: file, Title: title} }

// Add appends a section; one without lines is left out.
func (d *Document) Add(id, title string, lines ...string) {
	if len(lines) > 0 {
		d.Sections = append(d.Sections, Section{ID: id, Title: title, Lines: lines})
	}
}

// AddMain appends a section as AddTable does, and makes its table the one that
// CSV shows.
func (d *Document) AddMain(id, title string, t *Table, lines ...string) {
	d.AddTable(id, title, t, lines...)
	d.main = t
}

// AddTable appends a section with a table behind its lines.
func (d *Document) AddTable(id, title string, t *Table, lines ...string) {
	if lines == nil {
		lines = []string{} // JSON has a list in any case
	}
	d.Sections = append(d.Sections, Section{id, title, lines, t})
}

// Copy appends the section of an ID from another document under a title of its
// own; nothing where that has none.
func (d *Document) Copy(from *Document, id, title string) {
	if s := from.Section(id); s != nil {
		d.Sections = append(d.Sections, Section{s.ID, title, slices.Clone(s.Lines), s.Table})
	}
}

// Section returns the section of an ID, nil for none.
func (d *Document) Section(id string) *Section {
	for i := range d.Sections {
		if d.Sections[i].ID == id {
			return &d.Sections[i]
		}
	}
	return nil
}

// Write writes the document in a format. It returns the error of w.
func (d *Document) Write(w io.Writer, f Format) error {
	var b strings.Builder
	switch f {
	case JSON:
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(d); err != nil {
			return err
		}
	case Markdown:
		d.markdown(&b)
	case CSV:
		if err := d.csv(&b); err != nil {
			return err
		}
	default:
		d.text(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// csv writes the rows of the document's main table, each with the file and the
// connection before it, and no header.
func (d *Document) csv(b *strings.Builder) error {
	if d.main == nil {
		return nil
	}
	first := []string{d.File}
	if d.Conn != nil {
		first = append(first, strconv.Itoa(*d.Conn))
	}
	return d.main.writeCSV(b, first)
}

const columns = 80

func (d *Document) text(b *strings.Builder) {
	wrap(b, "", "", d.Title)
	for _, s := range d.Sections {
		b.WriteByte('\n')
		wrap(b, "", "", s.Title)
		for _, line := range s.Lines {
			wrap(b, "  - ", "    ", line)
		}
		if s.Table != nil && len(s.Table.Rows) > 0 {
			s.Table.text(b)
		}
	}
	b.WriteByte('\n')
}

func (d *Document) markdown(b *strings.Builder) {
	b.WriteString("## " + EscapeMarkdown(d.Title) + "\n")
	for _, s := range d.Sections {
		b.WriteString("\n### " + EscapeMarkdown(s.Title) + "\n\n")
		for _, line := range s.Lines {
			b.WriteString("- " + EscapeMarkdown(line) + "\n") // one line each, so that no word can begin a block
		}
		if s.Table != nil && len(s.Table.Rows) > 0 {
			b.WriteString("\n")
			s.Table.markdown(b)
		}
	}
	b.WriteByte('\n')
}

// wrap writes a paragraph in lines of at most 80 columns, broken at spaces; a
// word that is longer has a line of its own.
func wrap(b *strings.Builder, first, rest, s string) {
	line, empty := first, true
	for word := range strings.FieldsSeq(scene.Clean(s)) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns {
			b.WriteString(line + "\n")
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	b.WriteString(line + "\n")
}

// noLinks keeps readers of Markdown from making links of plain text.
var noLinks = strings.NewReplacer("://", "\\://", "www.", "www\\.", "WWW.", "WWW\\.")

// EscapeMarkdown makes words safe in Markdown, whatever they hold: none is markup, HTML
// or a link.
func EscapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(scene.Clean(s)), " ") {
		switch {
		case r == '<':
			b.WriteString("&lt;")
			continue
		case r == '&':
			b.WriteString("&amp;")
			continue
		case strings.ContainsRune("\\`*_[]>#|~!$^{}@", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return noLinks.Replace(b.String())
}
