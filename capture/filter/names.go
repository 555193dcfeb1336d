package filter

// protocols are the names that a protocol may have, as a keyword of its own
// and after proto. icmp and icmp6 imply their version of IP. Nothing here is
// true of a TCP segment but tcp; the others are there to be negated.
var protocols = map[string]Protocol{
	"tcp":   {AnyVersion, protocolTCP},
	"udp":   {AnyVersion, 17},
	"sctp":  {AnyVersion, 132},
	"icmp":  {IPv4, 1},
	"icmp6": {IPv6, 58},
}

// protocolNames are the keywords that name a transport, by number.
var protocolNames = map[uint8]string{protocolTCP: "tcp", 17: "udp", 132: "sctp"}

// ports are the well-known names. A fixed table, not the services file of the
// machine: the same expression means the same everywhere.
var ports = map[string]uint16{
	"ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53,
	"http": 80, "kerberos": 88, "pop3": 110, "sunrpc": 111, "ntp": 123, "imap2": 143,
	"snmp": 161, "bgp": 179, "ldap": 389, "https": 443, "submission": 587, "ldaps": 636,
	"domain-s": 853, "rsync": 873, "imaps": 993, "pop3s": 995, "openvpn": 1194, "nfs": 2049,
	"mysql": 3306, "xmpp-client": 5222, "postgresql": 5432, "http-alt": 8080, "git": 9418,
}

// flagBits are the names of the bits of byte 13.
var flagBits = map[string]uint32{
	"tcp-fin": 0x01, "tcp-syn": 0x02, "tcp-rst": 0x04, "tcp-push": 0x08,
	"tcp-ack": 0x10, "tcp-urg": 0x20, "tcp-ece": 0x40, "tcp-cwr": 0x80,
}

// refusals are words of tcpdump's language that have no answer here, by reason.
var refusals = map[string]string{
	"less": noLength, "greater": noLength, "len": noLength,
	"ether": noLink, "link": noLink, "fddi": noLink, "tr": noLink, "wlan": noLink, "llc": noLink,
	"vlan": noLink, "mpls": noLink, "pppoed": noLink, "pppoes": noLink, "geneve": noLink,
	"arp": noLink, "rarp": noLink, "broadcast": noLink, "multicast": noLink, "gateway": noLink,
	"inbound": noLink, "outbound": noLink, "ifindex": noLink, "ifname": noLink,
	"type": noLink, "subtype": noLink, "dir": noLink,
	"protochain": onlyTCP, "igmp": onlyTCP, "igrp": onlyTCP, "pim": onlyTCP, "vrrp": onlyTCP,
	"carp": onlyTCP, "ah": onlyTCP, "esp": onlyTCP, "atalk": onlyTCP, "aarp": onlyTCP,
	"decnet": onlyTCP, "iso": onlyTCP, "stp": onlyTCP, "ipx": onlyTCP, "netbeui": onlyTCP,
}

const (
	noLength = "is about the length of a frame, which a segment no longer knows"
	noLink   = "is about the link layer; only addresses, ports and flags can be tested"
	onlyTCP  = "is not about TCP; only addresses, ports and flags can be tested"
)
