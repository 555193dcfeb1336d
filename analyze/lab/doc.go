// Package lab tells what the runs of a lab show: how long the handshake took,
// how the connections closed, and whether that is what the calls of both ends
// and the delay of the link predict.
//
// In: a run's log of socket calls, and the connections of its captures at one
// or both ends. Out: one Outcome for each connection, and their medians for
// the runs of one setting. It opens no file, and never corrects a measurement.
//
// The prediction. An end that calls close() sends a FIN, and the other end
// knows of it one way's delay later. If the other end calls close() before that,
// it does not know: both walk FIN-WAIT-1, CLOSING, TIME-WAIT. If it calls close()
// after that, it walks CLOSE-WAIT, LAST-ACK, and the first FIN-WAIT-1,
// FIN-WAIT-2, TIME-WAIT. If the FIN arrives while close() is at work, the two
// are too close for times to tell, and either is right. The prediction uses the
// times of calls and the time that the FIN was under way, and no sequence or
// acknowledgement number; what the capture shows is inferred from those numbers
// alone. So the two can disagree, and the comparison says something.
//
// Of the larger stream of a connection it tells where slow start ended (Opening)
// and what kept it back (Transfer), with a Climb as the extra tracker of the
// analysis; of many, on what curve their bandwidths lie (Fit), and by how much
// two settings differ (Ratio). Along is one transfer along time.
//
//	for _, o := range lab.Outcomes(calls, client, server) {
//		fmt.Println(o.HandshakeRTT, o.Close, o.Gap, o.OneWay, o.Predicted)
//	}
package lab
