package workload

import (
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// PurgeMetrics makes the kernel forget the round-trip times and thresholds of
// earlier connections of the host's namespace, as `ip tcp_metrics flush` does
// and the original benchmark does with FreeBSD's host cache. It needs
// CAP_NET_ADMIN there.
func (k *Kernel) PurgeMetrics() error {
	const del = 2 // TCP_METRICS_CMD_DEL; without an address it deletes all
	return k.inside(func() error {
		family, err := netlink.GenlFamilyGet("tcp_metrics")
		if err != nil {
			return err
		}
		request := nl.NewNetlinkRequest(int(family.ID), unix.NLM_F_ACK)
		request.AddData(&nl.Genlmsg{Command: del, Version: 1})
		_, err = request.Execute(unix.NETLINK_GENERIC, 0)
		return err
	})
}
