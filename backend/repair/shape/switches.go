package shape

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// off brings the switch to the app's own member.
func (e *entry) off() {
	if e.d.Off == nil || has(e.o, e.d.Off.Key) {
		return
	}
	for _, m := range e.o {
		off, is := offKeys[m.Key]
		value, isBool := m.Value.(bool)
		if text, ok := m.Value.(string); ok {
			isBool = text == "true" || text == "false"
			value = text == "true"
		}
		if !is || !isBool || m.Key == e.d.Off.Key {
			continue
		}
		isOff := value == off
		if !isOff && !e.d.SaysOn {
			continue // on is what the app takes it for
		}
		want := e.d.Off.Value == isOff
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, m.Key, e.d.Off.Key)
			e.rename(f, m.Key, e.d.Off.Key)
			if v, _ := e.o.Get(e.d.Off.Key); v != any(want) {
				e.set(f, e.d.Off.Key, want)
			}
		})
		return
	}
}

// values finds truths and numbers that are written as texts.
func (e *entry) values() {
	for _, m := range slices.Clone(e.o) {
		text, ok := m.Value.(string)
		if !ok {
			continue
		}
		var want any
		_, isSwitch := offKeys[m.Key]
		switch {
		case (isSwitch && (e.d.Off != nil && e.d.Off.Key == m.Key) || m.Key == "trust") && (text == "true" || text == "false"):
			want = text == "true"
		case m.Key == "timeout" || strings.HasPrefix(m.Key, "startup_timeout") || m.Key == "tool_timeout_sec":
			if _, err := strconv.Atoi(text); err == nil {
				want = json.Number(text)
			}
		}
		if want == nil {
			continue
		}
		e.add("ENTRY_WRONG_VALUE_TYPE", func(f *finding.Finding) {
			e.at(f, m.Key, "")
			e.set(f, m.Key, want)
		})
	}
}

// timeout converts the times of apps whose key says the unit.
func (e *entry) timeout() {
	unit := e.reads.Timeout
	if e.File.App.ID == "codex" {
		v, there := e.o.Get("timeout")
		n, ok := v.(json.Number)
		ms, err := strconv.Atoi(n.String())
		if !there || !ok || err != nil || has(e.o, "tool_timeout_sec") {
			return
		}
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			f.Fix, f.Severity = finding.Confirm, finding.Warn
			e.at(f, "timeout", "tool_timeout_sec")
			if ms >= 1000 {
				ms /= 1000
			}
			e.rename(f, "timeout", "tool_timeout_sec")
			e.set(f, "tool_timeout_sec", json.Number(strconv.Itoa(ms)))
		})
		return
	}
	if unit == "" || has(e.o, "timeout") {
		return
	}
	for key, of := range map[string]int{"tool_timeout_sec": 1000, "timeout_seconds": 1000, "timeoutSeconds": 1000, "timeoutMs": 1, "timeout_ms": 1} {
		v, there := e.o.Get(key)
		n, ok := v.(json.Number)
		value, err := strconv.ParseFloat(n.String(), 64)
		if !there || !ok || err != nil || value <= 0 || value > 1e9 {
			continue
		}
		ms := int(value * float64(of))
		if unit == "s" {
			ms = max(1, ms/1000)
		}
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, key, "timeout")
			e.rename(f, key, "timeout")
			if v, _ := e.o.Get("timeout"); v != any(json.Number(strconv.Itoa(ms))) {
				e.set(f, "timeout", json.Number(strconv.Itoa(ms)))
			}
		})
		return
	}
}

func isOff(o configfile.Object, s clients.Switch) bool {
	v, _ := o.Get(s.Key)
	return v == any(s.Value)
}
