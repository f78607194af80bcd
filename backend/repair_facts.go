package backend

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/machine"
	"toolbay/backend/repair/run"
)

// thisMachine is this computer as repair sees it, for one or several files.
func (b *Backend) thisMachine() *machine.Machine {
	getenv := b.o.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	return &machine.Machine{
		OS: b.goos(), Home: b.system.Home, Getenv: getenv,
		Processes: func(ctx context.Context, c clients.Client) []int {
			var ids []int
			for _, p := range b.running.Find(ctx, programsOf(c, b.goos())...) {
				ids = append(ids, p.PID)
			}
			return ids
		},
	}
}

// repairFacts gives what is known of this computer for a file of an app, whose
// text may be damaged. Nothing that fails here keeps a file from being
// repaired: it is only not known then.
func (b *Backend) repairFacts(ctx context.Context, m *machine.Machine, file finding.File, path string, text []byte) finding.Facts {
	f := m.Facts(ctx, file, path, mentions(file, text))
	if runs := b.runs(ctx, file.App); runs != nil {
		f.ClientRunning = runs
	}
	f.LastKnownGood = b.lastGood(ctx, file, path)
	f.LastWrittenByUs = b.lastWritten(ctx, file, path, text)
	return f
}

// mentions reads what a text names, as it would be with all its fixes.
func mentions(file finding.File, text []byte) run.Mentions {
	if mended := repair.Check(file, text, finding.Facts{}, finding.Confirm); mended.Text != nil {
		text = mended.Text
	}
	doc, err := configfile.Parse(text, file.Dialect.Format)
	if err != nil {
		return run.Mentions{}
	}
	return run.Mention(finding.Text{File: file, Src: text, Doc: doc, Servers: file.Dialect.Servers})
}

// runs tells whether an app runs; nil where its program is not known.
func (b *Backend) runs(ctx context.Context, c clients.Client) *bool {
	programs := programsOf(c, b.goos())
	if len(programs) == 0 {
		return nil
	}
	found := len(b.running.Find(ctx, programs...)) > 0
	return &found
}

// GoodCopy is the newest copy of a file that its app could read, with servers
// in it.
type GoodCopy struct {
	// Version is what Restore takes.
	Version string    `json:"version"`
	Time    time.Time `json:"time"`
	Servers int       `json:"servers"`

	entries json.RawMessage
}

// goodCopy finds the newest copy of a file of which the app has servers, nil
// without one.
func (b *Backend) goodCopy(ctx context.Context, file finding.File, path string) *GoodCopy {
	lines, _, err := b.changes.Timelines(ctx, path)
	if err != nil {
		return nil
	}
	for _, t := range lines {
		for _, v := range t.Versions {
			if v.Hash == "" || v.Deleted {
				continue
			}
			content, err := b.changes.Content(ctx, path, v.ID)
			if err != nil || !repair.Parses(file, content) {
				continue
			}
			if servers := serversIn(file, content); servers != nil {
				doc, _ := configfile.Parse(content, file.Dialect.Format) // it parsed
				return &GoodCopy{Version: v.ID, Time: v.Time.UTC(), Servers: len(file.Dialect.Decode(doc)), entries: servers}
			}
		}
	}
	return nil
}

// lastGood gives the servers of the newest copy of a file that the app could
// read, nil without one.
func (b *Backend) lastGood(ctx context.Context, file finding.File, path string) json.RawMessage {
	if c := b.goodCopy(ctx, file, path); c != nil {
		return c.entries
	}
	return ownCopies(file, path)
}

// ownCopies looks at the copies that Claude Code keeps itself: versions up to
// 2.1.197 put defaults in place of a file that they cannot read.
func ownCopies(file finding.File, path string) json.RawMessage {
	if file.App.ID != "claude-code" || filepath.Base(path) != ".claude.json" {
		return nil
	}
	dir := filepath.Join(filepath.Dir(path), ".claude", "backups")
	names, _ := os.ReadDir(dir) // the time is part of the name
	looked := 0
	for _, n := range slices.Backward(names) {
		if ok, _ := filepath.Match(".claude.json.*", n.Name()); !ok || looked > 10 {
			continue
		}
		looked++
		if content, err := clients.ReadFile(filepath.Join(dir, n.Name())); err == nil {
			if servers := serversIn(file, content); servers != nil {
				return servers
			}
		}
	}
	return nil
}

// serversIn gives the servers of a text as JSON, nil when there are none or the
// app could not read it.
func serversIn(file finding.File, text []byte) json.RawMessage {
	doc, err := configfile.Parse(text, file.Dialect.Format)
	if err != nil {
		return nil
	}
	v, ok := doc.Get(file.Dialect.Servers...)
	if !ok {
		return nil
	}
	switch v := v.(type) {
	case configfile.Object:
		if len(v) == 0 {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
	default:
		return nil
	}
	return valueJSON(v)
}

func valueJSON(v any) json.RawMessage {
	out, _, err := configfile.Insert(nil, configfile.JSON, []string{"v"}, v)
	if err != nil {
		return nil
	}
	var whole struct {
		V json.RawMessage `json:"v"`
	}
	if json.Unmarshal(out, &whole) != nil || bytes.Equal(whole.V, []byte("null")) {
		return nil
	}
	return whole.V
}

// lastWritten gives what the ledger says should stand in a file. An entry that
// stands there under another name is not gone.
func (b *Backend) lastWritten(ctx context.Context, file finding.File, path string, text []byte) json.RawMessage {
	launches, err := b.connect.Written(ctx, path, file.Dialect.At())
	if err != nil || len(launches) == 0 {
		return nil
	}
	var there []clients.Entry
	if doc, err := configfile.Parse(text, file.Dialect.Format); err == nil {
		there = file.Dialect.Decode(doc)
	}
	o := configfile.Object{}
	for _, l := range launches {
		renamed := slices.ContainsFunc(there, func(e clients.Entry) bool {
			return e.Name != l.Name && e.Command == l.Command && slices.Equal(e.Args, l.Args) && e.URL == l.URL
		})
		if !renamed {
			o = append(o, configfile.Member{Key: l.Name, Value: file.Dialect.Encode(l)})
		}
	}
	return valueJSON(o)
}
