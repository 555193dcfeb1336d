package table

// Kind is a kind of row, for the documentation.
type Kind struct {
	Name    string // what it is called in the documentation
	Meaning string
	Columns []Column
}

// Kinds returns the columns of every kind of row, each in its order of output.
func Kinds() []Kind {
	return []Kind{
		{"summary", "flowstate summary: one row for each connection", summaryFields().columns()},
		{"states", "flowstate states --format json: one object for each connection", statesFields().columns()},
		{"transition", "one transition inside paths and alternatives", transitionFields().columns()},
		{"alternative", "one other path inside alternatives", alternativeFields().columns()},
		{"comparison", "one comparison inside beside", comparisonFields().columns()},
		{"states --beside", "flowstate states --beside TEXT --format csv or tsv: one row for each comparison", flatComparisonFields().columns()},
		{"transitions", "flowstate states --format csv or tsv: one row for each transition", flatTransitionFields().columns()},
		{"segments", "flowstate segments: one row for each TCP segment", segmentFields().columns()},
		{"tcpstates", "flowstate tcpstates: one row for each change of state of a socket", tcpstatesFields().columns()},
		{"tcprtt", "flowstate tcprtt --format json: one object for each histogram, with slots; csv or tsv: one row for each slot, with its columns at the end", tripsFields().columns()},
		{"slot", "one slot inside slots", slotFields().columns()},
		{"stream", "flowstate follow: one row for each run of bytes and each gap", pieceFields().columns()},
		{"join", "flowstate join: one row for each connection that both captures hold; client holds what became of what the client sent", joinedFields().columns()},
		{"joined-packet", "flowstate join --packets: one row for each packet", joinedPacketFields().columns()},
		{"finding", "one finding inside findings", findingFields().columns()},
		{"segments --like tshark", "flowstate segments --like tshark: one row for each TCP segment, by the rules of tshark 4.0", tsharkFields().columns()},
		{"summary --like tcptrace", "flowstate summary --like tcptrace: one row for each connection, by tcptrace's definitions", tcptraceFields().columns()},
		{"summary --like tstat", "flowstate summary --like tstat: one row for each connection, with the columns of its log_tcp_complete", tstatFields().columns()},
		{"summary --like zeek", "flowstate summary --like zeek: one row for each connection, by Zeek's definitions", zeekFields().columns()},
		{"doubt", "one doubt inside health.doubts", doubtFields().columns()},
		{"crosscheck", "flowstate crosscheck: one row for each thing that another program and flowstate see differently", differenceFields().columns()},
		{"capture", "with -v and in JSON, after the rows of each file", captureFields().columns()},
		{"interface", "one interface inside interfaces", interfaceFields().columns()},
	}
}
