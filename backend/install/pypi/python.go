package pypi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
)

// download is a Python that uv can fetch. uv itself knows the digest of each.
type download struct {
	key, version, url string
	size              int64
}

func (d download) fetch() install.Fetch {
	return install.Fetch{Name: "python", Version: d.version, Size: d.size}
}

var released = pattern.New(`^3\.[0-9]+\.[0-9]+$`)

// offers lists the Pythons that uv can fetch for this computer, best first.
func (in *Installer) offers(ctx context.Context, t *tool) ([]download, error) {
	out, err := t.run(ctx, call{args: []string{"python", "list", "--only-downloads", "--output-format", "json"}, env: []string{"UV_PYTHON_DOWNLOADS=manual"}})
	if err != nil {
		if ctx.Err() == nil {
			err = model.Fail("python_download_failed", t.explain(err, out, "python"))
		}
		return nil, err
	}
	var list []struct {
		Key            string `json:"key"`
		Version        string `json:"version"`
		URL            string `json:"url"`
		Implementation string `json:"implementation"`
		Variant        string `json:"variant"`
	}
	if err := json.Unmarshal(out.Stdout, &list); err != nil {
		return nil, model.Fail("python_download_failed", fmt.Errorf("uv python list: %w", err))
	}
	var offers []download
	for _, l := range list {
		if l.Implementation == "cpython" && (l.Variant == "" || l.Variant == "default") && l.URL != "" && released().MatchString(l.Version) {
			offers = append(offers, download{key: l.Key, version: l.Version, url: l.URL})
		}
	}
	slices.SortStableFunc(offers, func(a, b download) int { return runtimes.ComparePythons(a.version, b.version) })
	return offers, nil
}

// offer gives the best one for a Requires-Python, with its size where its place
// tells it.
func (in *Installer) offer(ctx context.Context, t *tool, requires string) (*download, error) {
	offers, err := in.offers(ctx, t)
	if err != nil {
		return nil, err
	}
	allowed := runtimes.PythonRangeOf(requires)
	for _, o := range offers {
		if allowed.Has(o.version) {
			o.size = t.measure(ctx, o.url)
			return &o, nil
		}
	}
	return nil, model.Fail("python_not_offered", nil)
}

// measure asks for the size of a file; 0 without an answer.
func (t *tool) measure(ctx context.Context, url string) int64 {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return 0
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0
	}
	return max(0, resp.ContentLength)
}

// fetchPython has uv bring a Python into TOOLBAY_HOME, its digest checked by uv,
// and tries it. Nothing is linked into the user's own folders.
func (in *Installer) fetchPython(ctx context.Context, t *tool, d download, report job.Report) (runtimes.Python, error) {
	report(job.Progress{Stage: "runtime", Total: d.size, Unit: "bytes"})
	release, err := runtimes.HoldPythons(in.Home)
	if err != nil {
		return runtimes.Python{}, err
	}
	defer release()
	dir := runtimes.PythonsDir(in.Home)
	// While this is held nobody else fetches: what stands here is a killed one's.
	temp := filepath.Join(dir, ".temp")
	if err := os.RemoveAll(temp); err != nil {
		return runtimes.Python{}, err
	}
	defer os.RemoveAll(temp)
	last := int64(0)
	out, err := t.run(ctx, call{
		args: []string{"python", "install", "--no-bin", d.key},
		env:  []string{"UV_PYTHON_DOWNLOADS=manual"},
		alive: func() bool {
			now := sizeOf(dir, ".temp")
			if now <= last {
				return false
			}
			last = now
			report(job.Progress{Stage: "runtime", Done: now, Unit: "bytes"})
			return true
		},
	})
	if err != nil {
		if ctx.Err() != nil {
			return runtimes.Python{}, err
		}
		err = t.explain(err, out, "python")
		if c := model.Code(err); c == "disk_full" || c == "install_stalled" {
			return runtimes.Python{}, err
		}
		return runtimes.Python{}, model.Fail("python_download_failed", err)
	}
	here, err := in.Pythons.List(ctx, "=="+d.version)
	if err != nil {
		return runtimes.Python{}, err
	}
	for _, p := range here {
		if p.Private && strings.HasPrefix(p.Path, dir) {
			return p, nil
		}
	}
	return runtimes.Python{}, model.Fail("python_unusable", fmt.Errorf("python %s does not start", d.version))
}
