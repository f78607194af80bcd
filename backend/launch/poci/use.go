package poci

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"toolbay/backend/model"
)

// call begins a use of a tool; result is what the answer already holds.
func (c *conversation) call(ctx context.Context, m message, result map[string]any) {
	var p struct {
		Name      string                     `json:"name"`
		Arguments map[string]json.RawMessage `json:"arguments"`
	}
	if json.Unmarshal(m.Params, &p) != nil {
		c.refuse(m.ID, invalidParams, "The call has another form.", nil)
		return
	}
	at := slices.IndexFunc(c.Tools, func(t model.ContainerTool) bool { return t.Name == p.Name })
	if at < 0 {
		c.refuse(m.ID, invalidParams, "Unknown tool: "+p.Name, nil)
		return
	}
	use, err := c.prepare(c.Tools[at], p.Arguments)
	if err != nil {
		// The model reads this and may do better.
		c.answer(m.ID, failed(result, err.Error()))
		return
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.Limit, errTooSlow)
	if why := c.enter(idOf(m.ID), cancel); why != "" {
		cancel()
		c.refuse(m.ID, invalidRequest, why, nil)
		return
	}
	go func() {
		defer c.all.Done()
		told := c.run(ctx, use, result)
		c.leave(idOf(m.ID), cancel) // the app may use the id again once it is answered
		if told {
			c.answer(m.ID, result)
		}
	}()
}

var errTooSlow = errors.New("the time for this tool is over")

// enter notes a use, or tells why it cannot be.
func (c *conversation) enter(id string, cancel context.CancelFunc) (why string) {
	c.running.Lock()
	defer c.running.Unlock()
	switch _, twice := c.uses[id]; {
	case c.over:
		return "This server is ending."
	case twice:
		return "A call of this id is running."
	case len(c.uses) >= maxWaiting:
		return "Too many tools are running."
	}
	c.uses[id] = cancel
	c.all.Add(1)
	return ""
}

func (c *conversation) leave(id string, cancel context.CancelFunc) {
	cancel()
	c.running.Lock()
	delete(c.uses, id)
	c.running.Unlock()
}

func (c *conversation) cancelled(params json.RawMessage) {
	var p struct {
		ID json.RawMessage `json:"requestId"`
	}
	if json.Unmarshal(params, &p) != nil {
		return
	}
	c.running.Lock()
	defer c.running.Unlock()
	if cancel := c.uses[idOf(p.ID)]; cancel != nil {
		cancel()
	}
}

// idOf is an id as it can be compared: a text may be written in several ways.
func idOf(id json.RawMessage) string {
	var s string
	if json.Unmarshal(id, &s) == nil {
		return "text " + s
	}
	return string(bytes.TrimSpace(id))
}

// run runs a use to its end and puts what it said into result. told is false
// when it was cancelled: then the app awaits nothing.
func (c *conversation) run(ctx context.Context, use Use, result map[string]any) (told bool) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), errTooSlow) {
			failed(result, "Other tools of this server took all the time there is.")
			return true
		}
		return false
	}
	var stdout, stderr kept
	code, err := c.Run(ctx, use, &stdout, &stderr)
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	add(stdout.text())
	switch {
	case errors.Is(context.Cause(ctx), errTooSlow):
		add(stderr.text())
		add(fmt.Sprintf("This took longer than %s and was ended.", c.Limit.Round(time.Second)))
	case ctx.Err() != nil:
		return false
	case err != nil:
		add(stderr.text())
		add("This could not be run: " + err.Error())
	case code != 0:
		add(stderr.text())
		add(fmt.Sprintf("It ended with code %d.", code))
	case len(parts) == 0:
		add(stderr.text())
		if len(parts) == 0 {
			parts = []string{""} // it said nothing, and that is no failure
		}
	}
	content := []map[string]string{}
	for _, p := range parts {
		content = append(content, map[string]string{"type": "text", "text": p})
	}
	result["content"] = content
	if code != 0 || err != nil || ctx.Err() != nil {
		result["isError"] = true
	}
	return true
}

func failed(result map[string]any, text string) map[string]any {
	result["content"], result["isError"] = []map[string]string{{"type": "text", "text": text}}, true
	return result
}

// kept keeps the beginning of what is written to it. The writer is never told to
// stop: a program that says much may still be doing what it was asked to.
type kept struct {
	b    bytes.Buffer
	left int64
}

var _ io.Writer = (*kept)(nil)

func (k *kept) Write(p []byte) (int, error) {
	room := min(len(p), maxOutput-k.b.Len())
	k.b.Write(p[:room])
	k.left += int64(len(p) - room)
	return len(p), nil
}

func (k *kept) text() string {
	s := strings.ToValidUTF8(k.b.String(), "\uFFFD")
	if k.left > 0 {
		s += fmt.Sprintf("\n[%d more bytes were left out.]", k.left)
	}
	return s
}
