package decode

import "github.com/flowstate-tcp/flowstate/capture"

// linkTypes tells the first layer of a packet by its link type.
var linkTypes = [...]layer{
	capture.LinkTypeNull:                   null,
	capture.LinkTypeEthernet:               ethernet,
	capture.LinkTypeTokenRing:              tokenRing,
	capture.LinkTypeARCNETBSD:              arcnetBSD,
	capture.LinkTypePPP:                    ppp,
	capture.LinkTypeFDDI:                   fddi,
	capture.LinkTypeATMRFC1483DLT:          llc,
	capture.LinkTypeRawDLT:                 rawIP,
	capture.LinkTypeRawOpenBSD:             rawIP,
	capture.LinkTypePPPHDLC:                ppp,
	capture.LinkTypePPPEther:               pppoe,
	capture.LinkTypeSymantecFirewall:       symantec,
	capture.LinkTypeATMRFC1483:             llc,
	capture.LinkTypeRaw:                    rawIP,
	capture.LinkTypeCHDLC:                  cHDLC,
	capture.LinkTypeIEEE80211:              wlan,
	capture.LinkTypeATMCLIP:                rawIP,
	capture.LinkTypeFrameRelay:             frameRelay,
	capture.LinkTypeLoop:                   null,
	capture.LinkTypeENC:                    enc,
	capture.LinkTypeLinuxSLL:               sll,
	capture.LinkTypePFLog:                  pflog,
	capture.LinkTypeIEEE80211Prism:         prism,
	capture.LinkTypeIPOverFC:               ipOverFC,
	capture.LinkTypeSunATM:                 sunATM,
	capture.LinkTypeIEEE80211Radiotap:      radiotap,
	capture.LinkTypeTZSP:                   tzsp,
	capture.LinkTypeARCNETLinux:            arcnetLinux,
	capture.LinkTypeJuniperMLPPP:           juniperBundle,
	capture.LinkTypeJuniperGGSN:            juniperGGSN,
	capture.LinkTypeJuniperATM2:            juniperATM2,
	capture.LinkTypeJuniperServices:        juniperService,
	capture.LinkTypeJuniperATM1:            juniperATM1,
	capture.LinkTypeAppleIPOverIEEE1394:    ip1394,
	capture.LinkTypeDOCSIS:                 docsis,
	capture.LinkTypeUser0 + 2:              pktap, // what Apple's tools write for it
	capture.LinkTypeIEEE80211AVS:           avs,
	capture.LinkTypePPPPppd:                withDirection,
	capture.LinkTypeJuniperPPPoE:           juniperEther,
	capture.LinkTypeJuniperEther:           juniperEther,
	capture.LinkTypeJuniperPPP:             juniperPPPLink,
	capture.LinkTypeJuniperFrameRelay:      juniperFrelay,
	capture.LinkTypeJuniperCHDLC:           juniperCHDLC,
	capture.LinkTypeMFR:                    mfr,
	capture.LinkTypeJuniperVP:              juniperVoice,
	capture.LinkTypePPI:                    ppi,
	capture.LinkTypeERF:                    erf,
	capture.LinkTypePPPWithDir:             withDirection,
	capture.LinkTypeCHDLCWithDir:           cHDLCWithDir,
	capture.LinkTypeFrameRelayWithDir:      frameRelayWithDir,
	capture.LinkTypeMPLS:                   mpls,
	capture.LinkTypeIPNET:                  ipnet,
	capture.LinkTypeIPv4:                   rawIP,
	capture.LinkTypeIPv6:                   rawIP,
	capture.LinkTypeNFLog:                  nflog,
	capture.LinkTypeNetAnalyzer:            netAnalyzer,
	capture.LinkTypeNetAnalyzerTransparent: netAnalyzerRaw,
	capture.LinkTypeIPoIB:                  ipoib,
	capture.LinkTypeWiresharkUpperPDU:      exported,
	capture.LinkTypeNetlink:                netlink,
	capture.LinkTypePKTAP:                  pktap,
	capture.LinkTypeEPON:                   preamble,
	capture.LinkTypeEthernetMPacket:        preamble,
	capture.LinkTypeLinuxSLL2:              sll2,
	capture.LinkTypeDSATagBRCM:             dsaBroadcom,
	capture.LinkTypeDSATagBRCMPrepend:      dsaPrepended,
	capture.LinkTypeDSATagDSA:              dsaMarvell,
	capture.LinkTypeDSATagEDSA:             dsaMarvellTyped,
}

// etherTypes tells what follows an EtherType, beside IPv4 and IPv6, which
// etherType looks at first. Never written to, as all tables here.
var etherTypes = map[uint16]layer{
	0x22eb: erspan, // type III, in GRE
	0x22f3: trill,
	0x4305: batman,
	0x6558: ethernet, // transparent Ethernet bridging
	0x8100: vlan,
	0x880b: ppp,
	0x8847: mpls,
	0x8848: mpls,
	0x8864: pppoe,
	0x8870: llc, // jumbo frames, whose length does not fit
	0x8874: broadcomTag,
	0x88a8: vlan, // IEEE 802.1ad
	0x88e5: macsec,
	0x88e7: pbb,
	0x8903: fabricPath,
	0x8909: ciscoMeta,
	0x8926: vnTag,
	0x892f: hsr,
	0x893f: bridgeTag,
	0x894f: nsh,
	0x9100: vlan, // before 802.1ad
	0x9200: vlan,
	0x9300: vlan,
	0xf1c1: redundancyTag,
}

// greTypes tells what follows a GRE protocol type that is not an EtherType.
var greTypes = greTable()

func greTable() map[uint16]layer {
	const firstAruba, lastAruba = 0x8200, 0x8370 // tunnels of Aruba access points
	t := map[uint16]layer{
		0x6400: ethernet, // MikroTik's Ethernet over IP
		0x6559: frameRelay,
	}
	for kind := uint16(firstAruba); kind <= lastAruba; kind += 0x10 {
		t[kind] = wlan
	}
	return t
}

// pppProtocols tells what follows a PPP protocol number.
var pppProtocols = map[uint16]layer{
	0x0021: ipv4,
	0x002f: vjUncompressed,
	0x0031: bridged,
	0x003d: multilink,
	0x0057: ipv6,
	0x0281: mpls,
	0x0283: mpls,
	0x0800: ipv4, // an EtherType, from some senders
	0x86dd: ipv6,
}

// ipProtocols tells what follows an IP protocol or next header number.
var ipProtocols = [256]layer{
	0:   hopByHop,
	1:   icmp4,
	4:   ipv4,
	6:   tcp,
	17:  udp,
	41:  ipv6,
	43:  routing,
	44:  fragment6,
	47:  gre,
	51:  authentication,
	58:  icmp6,
	60:  destinationOptions,
	97:  etherIP,
	103: pim,
	108: compression,
	115: l2tpIP,
	137: mpls,
	140: extension, // shim6
	143: ethernet,
}

// udpPorts tells the tunnel that a UDP port stands for, and the most common
// ports that stand for something else.
var udpPorts = map[uint16]layer{
	53:    done, // DNS
	67:    done, // DHCP
	68:    done,
	69:    done, // TFTP
	88:    done, // Kerberos
	111:   done, // RPC
	123:   done, // NTP
	137:   done, // NetBIOS
	138:   done,
	161:   done, // SNMP
	162:   done,
	389:   done, // LDAP
	500:   done, // IKE
	514:   done, // syslog
	520:   done, // RIP
	1900:  done, // SSDP
	1701:  l2tp,
	2123:  gtp,
	2152:  gtp,
	3386:  gtp,
	3544:  teredo,
	4341:  lisp,
	4754:  gre, // RFC 8086
	4789:  vxlan,
	4790:  vxlanGPE,
	5072:  ayiya,
	5247:  capwap,
	6081:  geneve,
	6635:  mpls,  // RFC 7510
	8472:  vxlan, // the default of Linux
	12222: lwapp,
	37008: tzsp,
}

// nextProtocols tells what follows the protocol number of VXLAN-GPE and NSH.
var nextProtocols = [256]layer{1: ipv4, 2: ipv6, 3: ethernet, 4: nsh, 5: mpls}

// arcnetTypes tells what follows an ARCNET protocol number.
var arcnetTypes = [256]layer{196: ipv6, 205: llc, 212: ipv4, 240: ipv4}

// erfTypes tells what an ERF record holds.
var erfTypes = [128]layer{1: ppp, 2: ethernet, 10: ppp, 11: ethernet, 16: ethernet, 20: ethernet, 22: ipv4, 23: ipv6}

// tzspTypes tells what a TZSP message carries.
var tzspTypes = map[uint16]layer{1: ethernet, 2: tokenRing, 4: ppp, 5: fddi, 7: rawIP, 18: wlan, 119: prism, 127: avs}

// exportedNames tells what follows the name of a Wireshark dissector.
var exportedNames = map[string]layer{
	"ip": rawIP, "ipv4": ipv4, "ipv6": ipv6, "eth": ethernet, "eth_withoutfcs": ethernet,
	"eth_withfcs": ethernet, "eth_maybefcs": ethernet, "llc": llc, "wlan": wlan, "ppp": ppp,
	"mpls": mpls, "gre": gre, "radiotap": radiotap,
}

// juniperProtocols tells what follows the number that stands in for a link
// header.
var juniperProtocols = map[uint32]layer{
	2: ipv4, 3: ipv4, 4: mpls, 5: mpls, 6: ipv6, 7: ipv6, 8: mpls, 32: mpls,
	200: ppp, 202: llc, 203: llc, 204: ethernet, 207: frameRelay, 208: cHDLC,
}
