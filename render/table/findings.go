package table

import "github.com/flowstate-tcp/flowstate/capture/finding"

// findingFields are what JSON tells of a finding.
func findingFields() fields[finding.Finding] {
	type F = finding.Finding
	return fields[F]{
		{Column{"code", "", "a stable name; flowstate's documentation lists them"}, func(f *F) Value { return text(f.Code.String()) }},
		{Column{"severity", "", "note, warning or error"}, func(f *F) Value { return text(f.Severity().String()) }},
		{Column{"frame", "", "frame number that shows it"}, func(f *F) Value { return frame(f.Frame) }},
		{Column{"offset", "bytes", "where in the uncompressed file the damage is"}, func(f *F) Value { return when(f.Offset != 0, num(f.Offset)) }},
		{Column{"text", "", "one sentence"}, func(f *F) Value { return text(f.Text) }},
	}
}

// findings is the last column of a row; its cell in CSV holds the codes.
func findings[R any](of func(*R) []finding.Finding) field[R] {
	inner := newTable(JSON, findingFields())
	return field[R]{
		Column{"findings", "", "what is worth knowing; in CSV the codes alone"},
		func(r *R) Value { return list(nested[finding.Finding]{inner, of(r)}) },
	}
}
