package probe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// Limits on what a server may say. Real ones stay far below: the largest in
// the official registry list a few hundred tools.
const (
	maxTools       = 2000
	maxPages       = 200
	maxLine        = 16 << 20 // the Go SDK's limit for one message
	maxOutput      = 64 << 20
	maxName        = 256
	maxDescription = 4096 // of what is kept; the fingerprint covers all of it
)

// wireTool is a tool as it comes; schemas stay as they were written.
type wireTool struct {
	Name         string          `json:"name"`
	Title        string          `json:"title"`
	Description  string          `json:"description"`
	InputSchema  json.RawMessage `json:"inputSchema"`
	OutputSchema json.RawMessage `json:"outputSchema"`
	Annotations  json.RawMessage `json:"annotations"`
}

// listTools asks for all pages. A server that has no tools, and says so in
// whatever way, has none; that is no failure.
func listTools(ctx context.Context, d *dialogue, g greeting) ([]wireTool, error) {
	var tools []wireTool
	cursor, seen := "", map[string]bool{}
	for range maxPages {
		params := map[string]any{}
		if cursor != "" {
			params["cursor"] = cursor
		}
		if g.meta != nil {
			params["_meta"] = g.meta
		}
		result, err := d.call(ctx, "tools/list", params)
		var said *rpcError
		if errors.As(err, &said) && (said.Code == methodNotFound || !g.hasTools) {
			return tools, nil
		}
		if err != nil {
			return nil, err
		}
		var page struct {
			Tools      []json.RawMessage `json:"tools"`
			NextCursor string            `json:"nextCursor"`
		}
		if json.Unmarshal(result, &page) != nil {
			return nil, errShape
		}
		if len(tools)+len(page.Tools) > maxTools {
			return nil, errTooMuch
		}
		for _, text := range page.Tools {
			var t wireTool
			if json.Unmarshal(text, &t) != nil || t.Name == "" {
				return nil, errShape
			}
			tools = append(tools, t)
		}
		if page.NextCursor == "" {
			return tools, nil
		}
		if seen[page.NextCursor] {
			return nil, errTooMuch
		}
		cursor = page.NextCursor
		seen[cursor] = true
	}
	return nil, errTooMuch
}

// describe gives what is kept of the tools, and their fingerprint: a SHA-256
// over all that tells an app's model what they do. It does not depend on the
// order of the tools, nor of the members of their schemas. sizes are what each
// takes in the list that an app reads.
func describe(tools []wireTool, m *mask) (_ []model.Tool, sizes []int, _ string) {
	kept := make([]model.Tool, 0, len(tools))
	prints := make([][]byte, 0, len(tools))
	for _, t := range tools {
		var hints struct {
			Title    string `json:"title"`
			ReadOnly *bool  `json:"readOnlyHint"`
		}
		if t.Annotations != nil && json.Unmarshal(t.Annotations, &hints) != nil {
			hints.Title, hints.ReadOnly = "", nil
		}
		title := t.Title
		if title == "" {
			title = hints.Title
		}
		print := fingerprint(t, m)
		kept = append(kept, model.Tool{
			Name: m.line(t.Name, maxName), Title: m.line(title, maxName),
			Description: clip(m.text(t.Description), maxDescription), ReadOnly: hints.ReadOnly,
			Takes: clip(m.text(takes(t.InputSchema)), maxDescription), Print: hex.EncodeToString(print[:8]),
		})
		prints = append(prints, print)
		sizes = append(sizes, len(t.Name)+len(t.Description)+len(t.InputSchema))
	}
	slices.SortFunc(prints, bytes.Compare)
	sum := sha256.Sum256(bytes.Join(prints, nil))
	return kept, sizes, hex.EncodeToString(sum[:])
}

// takes says what a tool is given, a line for each value in the order of their
// names: an app's model reads these words as it reads the description.
func takes(schema json.RawMessage) string {
	var s struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Required   json.RawMessage            `json:"required"`
	}
	if json.Unmarshal(schema, &s) != nil {
		return ""
	}
	// What is written in a form of its own is left out, not what stands beside it.
	var required []string
	_ = json.Unmarshal(s.Required, &required)
	var lines []string
	for name, text := range s.Properties {
		var p struct{ Type, Description any }
		_ = json.Unmarshal(text, &p)
		line := name
		if kind, ok := p.Type.(string); ok {
			line += " (" + kind + ")"
		}
		if slices.Contains(required, name) {
			line += " *"
		}
		if d, ok := p.Description.(string); ok && d != "" {
			line += ": " + d
		}
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// fingerprint is of one tool. A key that the server repeats in a text does not
// count: another key must not look like another tool.
func fingerprint(t wireTool, m *mask) []byte {
	h := sha256.New()
	for _, part := range []string{t.Name, t.Title, t.Description} {
		text, _ := json.Marshal(m.replace(part))
		h.Write(append(text, '\n'))
	}
	for _, part := range []json.RawMessage{t.InputSchema, t.OutputSchema, t.Annotations} {
		h.Write(append([]byte(m.replace(canonical(part))), '\n'))
	}
	return h.Sum(nil)
}

// canonical writes JSON with sorted members and without spaces.
func canonical(text json.RawMessage) string {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return "" // absent
	}
	out, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(out)
}

// clip cuts text to at most n bytes and shows that it did.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n-len("…")], "") + "…"
}
