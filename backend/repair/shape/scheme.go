package shape

import (
	"net"
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

// bareAddress is an address that does not say how it is reached: a host, a
// port, and what follows them.
var bareAddress = pattern.New(`^(?://)?([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?([/?][^\s"<>\\]*)?$`)

// fileEnds are what a name of a file ends with, and no host.
var fileEnds = []string{"js", "mjs", "cjs", "ts", "py", "sh", "exe", "cmd", "bat", "json", "yaml", "yml", "toml", "txt", "md"}

// withScheme gives an address what it lacks at its beginning, "" for one that
// lacks nothing or is none. What stays on this computer has no certificate.
func withScheme(text string) string {
	text = strings.TrimSpace(text)
	m := bareAddress().FindStringSubmatch(text)
	if m == nil || len(text) > 2000 {
		return ""
	}
	host, port, rest := strings.ToLower(m[1]), m[2], m[3]
	text = strings.TrimPrefix(text, "//")
	ip := net.ParseIP(strings.Trim(host, "[]"))
	switch {
	case host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && (ip.IsLoopback() || ip.IsUnspecified()):
		return "http://" + text
	case ip != nil:
		return "https://" + text
	}
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	if len(labels) < 2 || slices.Contains(labels, "") || len(last) < 2 || strings.ContainsAny(last, "0123456789") ||
		port == "" && rest == "" && slices.Contains(fileEnds, last) {
		return ""
	}
	return "https://" + text
}

// scheme finds addresses that begin with their host.
func (e *entry) scheme() {
	for _, key := range urlKeys {
		full := withScheme(e.text(key))
		if full == "" || e.hasCommand() && !slices.Contains(e.urlKeys(), key) {
			continue
		}
		begin, _, _ := strings.Cut(full, "//")
		e.add("ENTRY_WRONG_VALUE_TYPE", func(f *finding.Finding) {
			f.Fix = finding.Confirm
			e.at(f, key, "")
			f.Needs = "The address of " + e.name + " does not say how it is reached: is " + begin + "// right?"
			e.set(f, key, full)
		})
	}
}

// commas finds commas that YAML takes for the last sign of a value, where they
// came along from JSON.
func (e *entry) commas() {
	if e.d.Format != configfile.YAML {
		return
	}
	for _, key := range slices.Concat(commandKeys, urlKeys, typeKeys) {
		text := e.text(key)
		short, comma := strings.CutSuffix(text, ",")
		if !comma || short == "" || strings.ContainsAny(short, ", \t\n") {
			continue
		}
		e.add("ENTRY_WRONG_VALUE_TYPE", func(f *finding.Finding) {
			f.Fix = finding.Confirm
			e.at(f, key, "")
			f.Needs = "What starts " + e.name + " ends with a comma: leave the comma out?"
			e.set(f, key, short)
		})
	}
}
