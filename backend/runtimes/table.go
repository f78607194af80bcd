package runtimes

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"toolbay/backend/model"
)

// DefaultOrigin is where Node.js publishes its archives.
const DefaultOrigin = "https://nodejs.org/dist"

//go:embed node-digests.json
var shipped []byte

// Table lists the Node.js versions Toolbay may fetch, each with the digests of
// its archives. It ships with Toolbay: an origin can change where bytes come
// from, never which bytes. `make runtimes` renews it.
type Table struct {
	// Comment says where the digests come from.
	Comment []string `json:"comment"`
	// Releases stand in order of preference, not of age.
	Releases []Release `json:"releases"`
}

// Release is one version of Node.js.
type Release struct {
	Version string `json:"version"`
	// Archives by platform as nodejs.org names it: "linux-x64", "win-arm64".
	Archives map[string]Archive `json:"archives"`
}

// Archive is one file of a release.
type Archive struct {
	SHA256 string `json:"sha256"`
	// Size in bytes, 0 when not known.
	Size int64 `json:"size"`
}

// Download is a Node.js that can be fetched.
type Download struct {
	Version string `json:"version"`
	// Size in bytes, 0 when the table does not know it; see Nodes.Measure.
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	URL    string `json:"url"`
}

// Platforms are those a table holds archives for.
var Platforms = []string{"linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win-x64", "win-arm64"}

// ArchiveName is nodejs.org's name of the file for a platform.
func ArchiveName(version, platform string) string {
	ext := ".tar.gz"
	if strings.HasPrefix(platform, "win-") {
		ext = ".zip"
	}
	return "node-v" + version + "-" + platform + ext
}

// ParseTable reads a table and checks that every digest can be one.
func ParseTable(b []byte) (*Table, error) {
	var t Table
	if err := json.Unmarshal(b, &t); err != nil {
		return nil, fmt.Errorf("read the table of runtimes: %w", err)
	}
	for _, r := range t.Releases {
		for p, a := range r.Archives {
			if d, err := hex.DecodeString(a.SHA256); err != nil || len(d) != 32 {
				return nil, fmt.Errorf("table of runtimes: %s of %s has no SHA-256", p, r.Version)
			}
		}
	}
	return &t, nil
}

// ShippedTable is the table that ships with Toolbay.
func ShippedTable() (*Table, error) { return ParseTable(shipped) }

// Offer gives the first release of the table that satisfies engines and runs
// on this machine. Code node_not_offered when there is none.
func (n *Nodes) Offer(engines string) (Download, error) {
	t := n.Table
	if t == nil {
		var err error
		if t, err = ShippedTable(); err != nil {
			return Download{}, err
		}
	}
	origin, err := n.origin()
	if err != nil {
		return Download{}, err
	}
	rng := rangeOf(engines)
	for _, r := range t.Releases {
		a, ok := r.Archives[n.platform()]
		if ok && rng.Has(r.Version) {
			return Download{
				Version: r.Version, Size: a.Size, SHA256: a.SHA256,
				URL: origin + "/v" + r.Version + "/" + ArchiveName(r.Version, n.platform()),
			}, nil
		}
	}
	return Download{}, model.Fail("node_not_offered", nil)
}

func (n *Nodes) origin() (string, error) {
	o := n.getenv("TOOLBAY_NODE_ORIGIN")
	if o == "" {
		o = n.Origin
	}
	if o == "" {
		o = DefaultOrigin
	}
	u, err := url.Parse(o)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return "", model.Fail("node_origin_invalid", err)
	}
	return strings.TrimRight(o, "/"), nil
}
