package decode

// dissect decodes one layer: it reads the header at the start of b and returns
// the layer that follows with its bytes, or end().
type dissect func(d *Decoder, b view) (layer, view)

// layer is a row of the table of layers.
type layer uint8

// The layers. The first two end a walk: unknown is what the tables of numbers give
// for a number that they do not hold.
const (
	unknown layer = iota
	done

	ethernet
	vlan
	macsec
	trill
	pbb
	fabricPath
	batman
	ciscoMeta
	vnTag
	bridgeTag
	redundancyTag
	hsr
	broadcomTag
	llc

	null
	rawIP
	sll
	sll2
	fddi
	tokenRing
	arcnetBSD
	arcnetLinux
	pflog
	enc
	pktap
	erf
	docsis
	sunATM
	ipOverFC
	ip1394
	ipnet
	ipoib
	netAnalyzer
	netAnalyzerRaw
	preamble
	dsaBroadcom
	dsaPrepended
	dsaMarvell
	dsaMarvellTyped
	mfr
	withDirection
	symantec
	exported
	netlink
	nflog

	juniperEther
	juniperPPPLink
	juniperFrelay
	juniperCHDLC
	juniperBundle
	juniperService
	juniperGGSN
	juniperVoice
	juniperATM1
	juniperATM2

	ppp
	multilink
	vjUncompressed
	bridged
	pppoe
	cHDLC
	frameRelay
	cHDLCWithDir
	frameRelayWithDir

	wlan
	wlanSwapped
	radiotap
	prism
	avs
	ppi

	mpls
	gre
	erspan
	vxlan
	vxlanGPE
	nsh
	geneve
	gtp
	teredo
	ayiya
	l2tp
	l2tpIP
	lisp
	etherIP
	tzsp
	capwap
	lwapp
	pim

	ipv4
	ipv6
	hopByHop
	extension
	destinationOptions
	routing
	fragment6
	authentication
	compression
	tcp
	udp
	icmp4
	icmp6
	numLayers
)

// dissectors holds the function of each layer. A Decoder reaches it through a
// pointer, because functions of the table walk the table themselves.
var dissectors = [numLayers]dissect{
	ethernet:      (*Decoder).ethernet,
	vlan:          (*Decoder).vlanTag,
	macsec:        (*Decoder).macsec,
	trill:         (*Decoder).trill,
	pbb:           skip(4, ethernet), // IEEE 802.1ah: the service tag, then a customer's frame
	fabricPath:    skip(2, ethernet),
	batman:        (*Decoder).batman,
	ciscoMeta:     typed(8),
	vnTag:         typed(6),
	bridgeTag:     typed(8), // IEEE 802.1BR
	redundancyTag: typed(6), // IEEE 802.1CB
	hsr:           typed(6), // IEC 62439-3
	broadcomTag:   typed(6),
	llc:           (*Decoder).llc,

	null:            (*Decoder).null,
	rawIP:           (*Decoder).rawIP,
	sll:             (*Decoder).sll,
	sll2:            (*Decoder).sll2,
	fddi:            (*Decoder).fddi,
	tokenRing:       (*Decoder).tokenRing,
	arcnetBSD:       (*Decoder).arcnetBSD,
	arcnetLinux:     (*Decoder).arcnetLinux,
	pflog:           (*Decoder).pflog,
	enc:             skip(12, rawIP),
	pktap:           (*Decoder).pktap,
	erf:             (*Decoder).erf,
	docsis:          (*Decoder).docsis,
	sunATM:          (*Decoder).sunATM,
	ipOverFC:        skip(16, llc),
	ip1394:          typed(18),
	ipnet:           skip(24, rawIP),
	ipoib:           skip(44, rawIP),
	netAnalyzer:     skip(4, ethernet),
	netAnalyzerRaw:  skip(12, ethernet),
	preamble:        skip(8, ethernet),
	dsaBroadcom:     typed(18),
	dsaPrepended:    skip(4, ethernet),
	dsaMarvell:      typed(18),
	dsaMarvellTyped: typed(22),
	mfr:             skip(2, frameRelay),
	withDirection:   skip(1, ppp),
	symantec:        (*Decoder).symantec,
	exported:        (*Decoder).exported,
	netlink:         (*Decoder).netlink,
	nflog:           (*Decoder).nflog,

	juniperEther:   juniperFrame(0, ethernet),
	juniperPPPLink: juniperFrame(2, ppp),
	juniperFrelay:  juniperFrame(0, frameRelay),
	juniperCHDLC:   juniperFrame(0, cHDLC),
	juniperBundle:  (*Decoder).juniperPPP,
	juniperService: (*Decoder).juniperServices,
	juniperGGSN:    (*Decoder).juniperGGSN,
	juniperVoice:   juniperFrame(18, rawIP),
	juniperATM1:    juniperATM(4),
	juniperATM2:    juniperATM(8),

	ppp:               (*Decoder).ppp,
	multilink:         (*Decoder).multilink,
	vjUncompressed:    (*Decoder).vjUncompressed,
	bridged:           (*Decoder).bridged,
	pppoe:             (*Decoder).pppoe,
	cHDLC:             (*Decoder).cHDLC,
	frameRelay:        (*Decoder).frameRelay,
	cHDLCWithDir:      skip(1, cHDLC),
	frameRelayWithDir: skip(1, frameRelay),

	wlan:        (*Decoder).wlan,
	wlanSwapped: (*Decoder).wlanSwapped,
	radiotap:    (*Decoder).radiotap,
	prism:       (*Decoder).prism,
	avs:         (*Decoder).avs,
	ppi:         (*Decoder).ppi,

	mpls:     (*Decoder).mpls,
	gre:      (*Decoder).gre,
	erspan:   (*Decoder).erspan,
	vxlan:    skip(8, ethernet),
	vxlanGPE: (*Decoder).vxlanGPE,
	nsh:      (*Decoder).nsh,
	geneve:   (*Decoder).geneve,
	gtp:      (*Decoder).gtp,
	teredo:   (*Decoder).teredo,
	ayiya:    (*Decoder).ayiya,
	l2tp:     (*Decoder).l2tp,
	l2tpIP:   (*Decoder).l2tpIP,
	lisp:     skip(8, rawIP),
	etherIP:  (*Decoder).etherIP,
	tzsp:     (*Decoder).tzsp,
	capwap:   (*Decoder).capwap,
	lwapp:    (*Decoder).lwapp,
	pim:      (*Decoder).pim,

	ipv4:               (*Decoder).ipv4,
	ipv6:               (*Decoder).ipv6,
	hopByHop:           (*Decoder).hopByHop,
	extension:          (*Decoder).extension,
	destinationOptions: (*Decoder).destinationOptions,
	routing:            (*Decoder).routing,
	fragment6:          (*Decoder).fragment6,
	authentication:     (*Decoder).authentication,
	compression:        (*Decoder).compression,
	tcp:                (*Decoder).tcp,
	udp:                (*Decoder).udp,
	icmp4:              (*Decoder).icmp4,
	icmp6:              (*Decoder).icmp6,
}
