package kind

// Points are the points of one or several series in the CSV beside a figure, and
// what they mean in terms of the columns of flowstate segments, states and
// summary.
type Points struct{ Series, Meaning string }

// What the CSV of each kind holds.
var (
	stevensPoints = []Points{
		{"segments", "a segment with data: x its t_s, y its rel_seq"},
	}
	tcptracePoints = []Points{
		{"segments", "a segment with data, SYN or FIN that was sent once: x its t_s, y and low its rel_seq, high the sequence number after it"},
		{"acknowledged", "x t_s of an acknowledgement, y the highest rel_ack so far"},
		{"end of the window", "y rel_ack plus the scaled window that came with it"},
		{"SACK", "low and high the block that a SACK option reports, relative like rel_ack"},
		{"window closed", "y rel_ack of a segment that closes the window"},
		{"time-out, fast, recovery, tail loss probe, not needed, handshake again, out of order, delivered twice, captured twice, keep-alive, window probe", "as segments, of those that have this cause in segments"},
	}
	inFlightPoints = []Points{
		{"in flight, pipe (RFC 6675), receive window, ssthresh", "x t_s, y in_flight, pipe, rwnd, ssthresh of segments"},
		{"cwnd, estimated; cwnd, at least", "y cwnd of segments, by cwnd_bound"},
	}
	throughputPoints = []Points{
		{"throughput", "x the end of a window of time (--window), y payload sent in it, copies included, by its length"},
		{"goodput", "the same with each byte of the stream once"},
	}
	rttPoints = []Points{
		{"samples", "x t_s of the segment that acknowledges, y its rtt_s"},
		{"smoothed (RFC 6298)", "y its srtt_s"},
		{"time-out (RFC 6298)", "y its rto_s"},
	}
	rttCdfPoints = []Points{
		{"samples", "x an rtt_s of segments, ascending, y the share of all that are no larger; the first point is the foot of the curve"},
	}
	segmentSizesPoints = []Points{
		{"segments", "a segment with data: x its t_s, y its len"},
	}
	windowPoints = []Points{
		{"window", "x t_s, y the window that the receiver of the data advertised, scaled"},
		{"closed", "the same, of windows of 0"},
	}
	statesPoints = []Points{
		{"client, server", "a state: x its begin at the latest, low its begin at the earliest, high its end at the latest (latest_s and earliest_s of states), text its name"},
	}
	limitsPoints = []Points{
		{"client, server", "a stretch of the transfer: x and low its begin, high its end, text what kept the sender from sending more in it"},
	}
	limitSharesPoints = []Points{
		{"client, server", "from x to high the share of the transfer's time (limits of summary) that text took; shares follow each other"},
	}
	connectionsPoints = []Points{
		{"closed by the client first, reset by the server, open at the end ...", "a connection that ended so: low its first packet, x and high its last, y its row, frame its first frame"},
		{"at once", "of more than 40 connections: x a time, y how many are between their first and last packet then"},
	}
)
