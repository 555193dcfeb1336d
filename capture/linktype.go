package capture

import "strconv"

// The link types that occur in captures or that a decoder may want to name.
// The numbers are LINKTYPE_ values, as files carry them; where old systems
// wrote their own DLT_ number instead, that number has its own constant.
// Source: https://www.tcpdump.org/linktypes.html
const (
	LinkTypeNull                   LinkType = 0 // BSD loopback: 4-byte address family in the byte order of the recorder
	LinkTypeEthernet               LinkType = 1
	LinkTypeTokenRing              LinkType = 6 // IEEE 802.5
	LinkTypeARCNETBSD              LinkType = 7
	LinkTypeSLIP                   LinkType = 8
	LinkTypePPP                    LinkType = 9 // with or without the HDLC address and control bytes
	LinkTypeFDDI                   LinkType = 10
	LinkTypeATMRFC1483DLT          LinkType = 11 // DLT_ number of LinkTypeATMRFC1483, found in old files
	LinkTypeRawDLT                 LinkType = 12 // DLT_RAW of most systems: IPv4 or IPv6, told by the version nibble
	LinkTypeRawOpenBSD             LinkType = 14 // DLT_RAW of OpenBSD
	LinkTypePPPHDLC                LinkType = 50 // PPP in HDLC-like framing, or Cisco HDLC where it starts 0x0f or 0x8f
	LinkTypePPPEther               LinkType = 51 // PPPoE session header, then PPP
	LinkTypeSymantecFirewall       LinkType = 99
	LinkTypeATMRFC1483             LinkType = 100 // LLC-encapsulated ATM
	LinkTypeRaw                    LinkType = 101 // IPv4 or IPv6, told by the version nibble
	LinkTypeCHDLC                  LinkType = 104 // Cisco HDLC
	LinkTypeIEEE80211              LinkType = 105
	LinkTypeATMCLIP                LinkType = 106
	LinkTypeFrameRelay             LinkType = 107
	LinkTypeLoop                   LinkType = 108 // OpenBSD loopback: as Null, in network byte order
	LinkTypeENC                    LinkType = 109 // OpenBSD IPsec
	LinkTypeLinuxSLL               LinkType = 113 // Linux cooked capture, version 1
	LinkTypeLocalTalk              LinkType = 114
	LinkTypePFLog                  LinkType = 117
	LinkTypeIEEE80211Prism         LinkType = 119
	LinkTypeIPOverFC               LinkType = 122 // RFC 2625
	LinkTypeSunATM                 LinkType = 123
	LinkTypeIEEE80211Radiotap      LinkType = 127
	LinkTypeTZSP                   LinkType = 128
	LinkTypeARCNETLinux            LinkType = 129
	LinkTypeJuniperMLPPP           LinkType = 130
	LinkTypeJuniperMLFR            LinkType = 131
	LinkTypeJuniperES              LinkType = 132
	LinkTypeJuniperGGSN            LinkType = 133
	LinkTypeJuniperMFR             LinkType = 134
	LinkTypeJuniperATM2            LinkType = 135
	LinkTypeJuniperServices        LinkType = 136
	LinkTypeJuniperATM1            LinkType = 137
	LinkTypeAppleIPOverIEEE1394    LinkType = 138
	LinkTypeDOCSIS                 LinkType = 143
	LinkTypeLinuxIrDA              LinkType = 144
	LinkTypeUser0                  LinkType = 147 // first of sixteen numbers for private use
	LinkTypeUser15                 LinkType = 162 // last of them
	LinkTypeIEEE80211AVS           LinkType = 163
	LinkTypeJuniperMonitor         LinkType = 164
	LinkTypePPPPppd                LinkType = 166 // PPP with a direction byte in front
	LinkTypeJuniperPPPoE           LinkType = 167
	LinkTypeJuniperPPPoEATM        LinkType = 168
	LinkTypeGPRSLLC                LinkType = 169
	LinkTypeJuniperPICPeer         LinkType = 174
	LinkTypeERFEthernet            LinkType = 175
	LinkTypeERFPOS                 LinkType = 176
	LinkTypeLinuxLAPD              LinkType = 177
	LinkTypeJuniperEther           LinkType = 178
	LinkTypeJuniperPPP             LinkType = 179
	LinkTypeJuniperFrameRelay      LinkType = 180
	LinkTypeJuniperCHDLC           LinkType = 181
	LinkTypeMFR                    LinkType = 182 // FRF.16 multi-link frame relay
	LinkTypeJuniperVP              LinkType = 183
	LinkTypeUSBFreeBSD             LinkType = 186
	LinkTypeBluetoothHCIH4         LinkType = 187
	LinkTypeUSBLinux               LinkType = 189
	LinkTypePPI                    LinkType = 192 // per-packet information, then the link type it names
	LinkTypeJuniperISM             LinkType = 194
	LinkTypeIEEE802154             LinkType = 195 // with FCS
	LinkTypeERF                    LinkType = 197
	LinkTypeJuniperST              LinkType = 200
	LinkTypeBluetoothHCIH4Phdr     LinkType = 201
	LinkTypeAX25KISS               LinkType = 202
	LinkTypeLAPD                   LinkType = 203
	LinkTypePPPWithDir             LinkType = 204 // PPP with a direction byte in front
	LinkTypeCHDLCWithDir           LinkType = 205
	LinkTypeFrameRelayWithDir      LinkType = 206
	LinkTypeIEEE802154NonASK       LinkType = 215
	LinkTypeMPLS                   LinkType = 219 // a label stack, then IP
	LinkTypeUSBLinuxMmapped        LinkType = 220
	LinkTypeFC2                    LinkType = 224 // Fibre Channel
	LinkTypeFC2Delims              LinkType = 225
	LinkTypeIPNET                  LinkType = 226 // Solaris ipnet(7D): its own header, then IP
	LinkTypeCANSocketCAN           LinkType = 227
	LinkTypeIPv4                   LinkType = 228 // raw IPv4
	LinkTypeIPv6                   LinkType = 229 // raw IPv6
	LinkTypeIEEE802154NoFCS        LinkType = 230
	LinkTypeDBus                   LinkType = 231
	LinkTypeJuniperVS              LinkType = 232
	LinkTypeJuniperSRXE2E          LinkType = 233
	LinkTypeJuniperFibreChannel    LinkType = 234
	LinkTypeJuniperATMCEMIC        LinkType = 238
	LinkTypeNFLog                  LinkType = 239 // Linux netfilter log: type-length-value attributes, one of which is the packet
	LinkTypeNetAnalyzer            LinkType = 240 // 4-byte header, then Ethernet with FCS
	LinkTypeNetAnalyzerTransparent LinkType = 241 // 4-byte header, preamble, then Ethernet with FCS
	LinkTypeIPoIB                  LinkType = 242 // RFC 4391 IP over InfiniBand
	LinkTypeMPEG2TS                LinkType = 243
	LinkTypeInfiniBand             LinkType = 247
	LinkTypeSCTP                   LinkType = 248
	LinkTypeUSBPcap                LinkType = 249
	LinkTypeBluetoothLELL          LinkType = 251
	LinkTypeWiresharkUpperPDU      LinkType = 252
	LinkTypeNetlink                LinkType = 253
	LinkTypeBluetoothLinuxMonitor  LinkType = 254
	LinkTypePKTAP                  LinkType = 258 // Apple: a header that names the link type of what follows
	LinkTypeEPON                   LinkType = 259 // 8-byte preamble, then Ethernet
	LinkTypeUSBDarwin              LinkType = 266
	LinkTypeVSock                  LinkType = 271
	LinkTypeEthernetMPacket        LinkType = 274 // 802.3br: 8-byte preamble, then Ethernet with a checksum
	LinkTypeLinuxSLL2              LinkType = 276 // Linux cooked capture, version 2
	LinkTypeOpenVizsla             LinkType = 278
	LinkTypeDSATagBRCM             LinkType = 281 // Ethernet with a 4-byte Broadcom tag after the addresses
	LinkTypeDSATagBRCMPrepend      LinkType = 282 // 4-byte Broadcom tag, then Ethernet
	LinkTypeIEEE802154TAP          LinkType = 283
	LinkTypeDSATagDSA              LinkType = 284 // Ethernet with a Marvell tag after the addresses
	LinkTypeDSATagEDSA             LinkType = 285 // Ethernet with a Marvell tag under an EtherType
)

// linkTypeNames holds the names which tcpdump prints. It is never written to.
var linkTypeNames = map[LinkType]string{
	LinkTypeNull:                   "NULL",
	LinkTypeEthernet:               "EN10MB",
	LinkTypeTokenRing:              "IEEE802",
	LinkTypeARCNETBSD:              "ARCNET",
	LinkTypeSLIP:                   "SLIP",
	LinkTypePPP:                    "PPP",
	LinkTypeFDDI:                   "FDDI",
	LinkTypeATMRFC1483DLT:          "ATM_RFC1483",
	LinkTypeRawDLT:                 "RAW",
	LinkTypeRawOpenBSD:             "RAW",
	LinkTypePPPHDLC:                "PPP_SERIAL",
	LinkTypePPPEther:               "PPP_ETHER",
	LinkTypeSymantecFirewall:       "SYMANTEC_FIREWALL",
	LinkTypeATMRFC1483:             "ATM_RFC1483",
	LinkTypeRaw:                    "RAW",
	LinkTypeCHDLC:                  "C_HDLC",
	LinkTypeIEEE80211:              "IEEE802_11",
	LinkTypeATMCLIP:                "ATM_CLIP",
	LinkTypeFrameRelay:             "FRELAY",
	LinkTypeLoop:                   "LOOP",
	LinkTypeENC:                    "ENC",
	LinkTypeLinuxSLL:               "LINUX_SLL",
	LinkTypeLocalTalk:              "LTALK",
	LinkTypePFLog:                  "PFLOG",
	LinkTypeIEEE80211Prism:         "PRISM_HEADER",
	LinkTypeIPOverFC:               "IP_OVER_FC",
	LinkTypeSunATM:                 "SUNATM",
	LinkTypeIEEE80211Radiotap:      "IEEE802_11_RADIO",
	LinkTypeTZSP:                   "TZSP",
	LinkTypeARCNETLinux:            "ARCNET_LINUX",
	LinkTypeJuniperMLPPP:           "JUNIPER_MLPPP",
	LinkTypeJuniperMLFR:            "JUNIPER_MLFR",
	LinkTypeJuniperES:              "JUNIPER_ES",
	LinkTypeJuniperGGSN:            "JUNIPER_GGSN",
	LinkTypeJuniperMFR:             "JUNIPER_MFR",
	LinkTypeJuniperATM2:            "JUNIPER_ATM2",
	LinkTypeJuniperServices:        "JUNIPER_SERVICES",
	LinkTypeJuniperATM1:            "JUNIPER_ATM1",
	LinkTypeAppleIPOverIEEE1394:    "APPLE_IP_OVER_IEEE1394",
	LinkTypeDOCSIS:                 "DOCSIS",
	LinkTypeLinuxIrDA:              "LINUX_IRDA",
	LinkTypeUser0:                  "USER0",
	LinkTypeUser15:                 "USER15",
	LinkTypeIEEE80211AVS:           "IEEE802_11_RADIO_AVS",
	LinkTypeJuniperMonitor:         "JUNIPER_MONITOR",
	LinkTypePPPPppd:                "PPP_PPPD",
	LinkTypeJuniperPPPoE:           "JUNIPER_PPPOE",
	LinkTypeJuniperPPPoEATM:        "JUNIPER_PPPOE_ATM",
	LinkTypeGPRSLLC:                "GPRS_LLC",
	LinkTypeJuniperPICPeer:         "JUNIPER_PIC_PEER",
	LinkTypeERFEthernet:            "ERF_ETH",
	LinkTypeERFPOS:                 "ERF_POS",
	LinkTypeLinuxLAPD:              "LINUX_LAPD",
	LinkTypeJuniperEther:           "JUNIPER_ETHER",
	LinkTypeJuniperPPP:             "JUNIPER_PPP",
	LinkTypeJuniperFrameRelay:      "JUNIPER_FRELAY",
	LinkTypeJuniperCHDLC:           "JUNIPER_CHDLC",
	LinkTypeMFR:                    "MFR",
	LinkTypeJuniperVP:              "JUNIPER_VP",
	LinkTypeUSBFreeBSD:             "USB_FREEBSD",
	LinkTypeBluetoothHCIH4:         "BLUETOOTH_HCI_H4",
	LinkTypeUSBLinux:               "USB_LINUX",
	LinkTypePPI:                    "PPI",
	LinkTypeJuniperISM:             "JUNIPER_ISM",
	LinkTypeIEEE802154:             "IEEE802_15_4",
	LinkTypeERF:                    "ERF",
	LinkTypeJuniperST:              "JUNIPER_ST",
	LinkTypeBluetoothHCIH4Phdr:     "BLUETOOTH_HCI_H4_WITH_PHDR",
	LinkTypeAX25KISS:               "AX25_KISS",
	LinkTypeLAPD:                   "LAPD",
	LinkTypePPPWithDir:             "PPP_WITH_DIR",
	LinkTypeCHDLCWithDir:           "C_HDLC_WITH_DIR",
	LinkTypeFrameRelayWithDir:      "FRELAY_WITH_DIR",
	LinkTypeIEEE802154NonASK:       "IEEE802_15_4_NONASK_PHY",
	LinkTypeMPLS:                   "MPLS",
	LinkTypeUSBLinuxMmapped:        "USB_LINUX_MMAPPED",
	LinkTypeFC2:                    "FC_2",
	LinkTypeFC2Delims:              "FC_2_WITH_FRAME_DELIMS",
	LinkTypeIPNET:                  "IPNET",
	LinkTypeCANSocketCAN:           "CAN_SOCKETCAN",
	LinkTypeIPv4:                   "IPV4",
	LinkTypeIPv6:                   "IPV6",
	LinkTypeIEEE802154NoFCS:        "IEEE802_15_4_NOFCS",
	LinkTypeDBus:                   "DBUS",
	LinkTypeJuniperVS:              "JUNIPER_VS",
	LinkTypeJuniperSRXE2E:          "JUNIPER_SRX_E2E",
	LinkTypeJuniperFibreChannel:    "JUNIPER_FIBRECHANNEL",
	LinkTypeJuniperATMCEMIC:        "JUNIPER_ATM_CEMIC",
	LinkTypeNFLog:                  "NFLOG",
	LinkTypeNetAnalyzer:            "NETANALYZER",
	LinkTypeNetAnalyzerTransparent: "NETANALYZER_TRANSPARENT",
	LinkTypeIPoIB:                  "IPOIB",
	LinkTypeMPEG2TS:                "MPEG_2_TS",
	LinkTypeInfiniBand:             "INFINIBAND",
	LinkTypeSCTP:                   "SCTP",
	LinkTypeUSBPcap:                "USBPCAP",
	LinkTypeBluetoothLELL:          "BLUETOOTH_LE_LL",
	LinkTypeWiresharkUpperPDU:      "WIRESHARK_UPPER_PDU",
	LinkTypeNetlink:                "NETLINK",
	LinkTypeBluetoothLinuxMonitor:  "BLUETOOTH_LINUX_MONITOR",
	LinkTypePKTAP:                  "PKTAP",
	LinkTypeEPON:                   "EPON",
	LinkTypeUSBDarwin:              "USB_DARWIN",
	LinkTypeVSock:                  "VSOCK",
	LinkTypeEthernetMPacket:        "ETHERNET_MPACKET",
	LinkTypeLinuxSLL2:              "LINUX_SLL2",
	LinkTypeOpenVizsla:             "OPENVIZSLA",
	LinkTypeDSATagBRCM:             "DSA_TAG_BRCM",
	LinkTypeDSATagBRCMPrepend:      "DSA_TAG_BRCM_PREPEND",
	LinkTypeIEEE802154TAP:          "IEEE802_15_4_TAP",
	LinkTypeDSATagDSA:              "DSA_TAG_DSA",
	LinkTypeDSATagEDSA:             "DSA_TAG_EDSA",
}

// String returns the name which tcpdump prints for t, such as EN10MB or
// LINUX_SLL, or LINKTYPE_ and the number where there is none.
func (t LinkType) String() string {
	if name, ok := linkTypeNames[t]; ok {
		return name
	}
	if t > LinkTypeUser0 && t < LinkTypeUser15 {
		return "USER" + strconv.Itoa(int(t-LinkTypeUser0))
	}
	return "LINKTYPE_" + strconv.Itoa(int(t))
}
