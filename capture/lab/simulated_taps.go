package lab

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/link/simulated"
	"github.com/flowstate-tcp/flowstate/capture/live"
)

// simulatedTaps write what passes at the ends.
type simulatedTaps struct {
	snapLen int
	taps    [2]*simulatedTap
	err     error
}

type simulatedTap struct {
	host    string
	file    *os.File
	out     *live.Writer
	packets int64
}

func (t *simulatedTaps) open(r *session) error {
	for i, host := range []string{"client", "server"} {
		if !r.settings.records(host) {
			continue
		}
		file, err := os.Create(filepath.Join(r.dir, host+".pcapng"))
		if err != nil {
			return errors.Join(err, t.close())
		}
		t.taps[i] = &simulatedTap{host: host, file: file}
		t.taps[i].out, err = live.NewWriter(file, live.Section{
			Comment:    r.settings.comment("simulated", nil),
			Interfaces: []capture.Interface{{Name: host + "0", LinkType: capture.LinkTypeRaw, SnapLen: r.settings.SnapLen}},
		})
		if err != nil {
			return errors.Join(err, t.close())
		}
	}
	return nil
}

// take writes a packet. The world has no place for an error; finish tells it.
func (t *simulatedTaps) take(p simulated.Packet) {
	tap := t.taps[p.Host]
	if tap == nil || t.err != nil {
		return
	}
	packet := capture.Packet{Time: capture.Timestamp(p.Time.UnixNano()), LinkType: capture.LinkTypeRaw, OrigLen: len(p.Data), Data: p.Data}
	if t.snapLen > 0 && len(packet.Data) > t.snapLen {
		packet.Data = packet.Data[:t.snapLen]
	}
	tap.packets++
	t.err = tap.out.WritePacket(&packet)
}

func (t *simulatedTaps) finish(r *session, at time.Time) error {
	for _, tap := range t.taps {
		if tap == nil || t.err != nil {
			continue
		}
		t.err = tap.out.Finish(at, []live.Counters{{Received: uint64(tap.packets)}})
		r.tap(tap.host, tap.host+"0", tap.host+".pcapng", tap.packets, 0)
	}
	return t.err
}

func (t *simulatedTaps) close() error {
	var err error
	for _, tap := range t.taps {
		if tap != nil {
			err = errors.Join(err, tap.file.Close())
		}
	}
	return err
}
