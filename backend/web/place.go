package web

import (
	"net/netip"
	"strings"
)

// Place is where an address is.
type Place int

// The places.
const (
	Outside   Place = iota // anywhere on the internet
	Here                   // this computer
	Inside                 // the local network
	Forbidden              // nobody's server: link-local, where clouds keep keys, and the like
)

// never are ranges that no server is in, by the registries of special
// addresses (RFC 6890 and its updates), and the two addresses outside
// link-local where clouds hand out the keys of their computers. local are those
// of private networks: RFC 1918, RFC 6598, RFC 4193.
var (
	never = []string{"0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "224.0.0.0/3", "100.100.100.200/32", "::/128", "fd00:ec2::254/128", "fe80::/10", "fec0::/10",
		"ff00::/8", "100::/64", "2001:db8::/32"}
	local = []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"}
)

func within(ip netip.Addr, ranges []string) bool {
	for _, r := range ranges {
		if netip.MustParsePrefix(r).Contains(ip) {
			return true
		}
	}
	return false
}

// PlaceOf tells where ip is.
func PlaceOf(ip netip.Addr) Place {
	ip = ip.WithZone("").Unmap()
	switch {
	case ip.IsLoopback():
		return Here
	case within(ip, never):
		return Forbidden
	case within(ip, local):
		return Inside
	}
	if v4, ok := carried(ip); ok && PlaceOf(v4) != Outside {
		return Forbidden
	}
	return Outside
}

// carried gives the address of version 4 that one of version 6 leads to, by
// NAT64 (RFC 6052), 6to4 (RFC 3056) or as an old compatible address.
func carried(ip netip.Addr) (netip.Addr, bool) {
	if !ip.Is6() {
		return ip, false
	}
	b := ip.As16()
	switch {
	case within(ip, []string{"64:ff9b::/96", "::/96"}):
		return netip.AddrFrom4([4]byte(b[12:])), true
	case b[0] == 0x20 && b[1] == 0x02:
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return ip, false
}

// Loopback tells whether a host's name is this computer's own.
func Loopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
