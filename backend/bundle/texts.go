package bundle

import (
	"regexp"

	"toolbay/backend/pattern"
)

var (
	markup       = pattern.New(`(?i)<\s*/?\s*(script|img|iframe|svg|object|embed|link|style|form|input|video|audio|meta|base)\b|javascript:|\bon(error|load|click)\s*=|!\[[^\]]*\]\(\s*https?:`)
	instructions = pattern.New(`(?i)\b(ignore|disregard|forget)\s+(all\s+|any\s+)?(of\s+)?(the\s+|your\s+)?(previous|prior|above|earlier)\s+\w+|\b(do not|don't|never)\s+(tell|inform|mention\s+(this\s+)?to|show)\s+(it\s+to\s+)?the\s+user|<\s*(important|system|secret)\s*>|\bsystem prompt\b|\.ssh/|\bid_rsa\b|/etc/passwd`)
)

// lookAtTexts tells what in the texts is meant for a browser or for a model and
// not for the reader. They are shown as plain text whatever they hold.
func (m *Manifest) lookAtTexts(o object) {
	long := o.str("long_description")
	for _, s := range []string{o.str("display_name"), o.str("name"), o.str("description"), long[:min(len(long), 100000)]} {
		m.lookAt(markup(), "text_markup", s)
		m.lookAt(instructions(), "text_instructions", s)
		if hasHidden(s) {
			m.note("text_hidden")
		}
	}
	for _, v := range o.list("tools")[:min(len(o.list("tools")), maxTools)] {
		t, _ := v.(object)
		s := t.str("description")
		m.lookAt(instructions(), "text_instructions", s)
		if hasHidden(t.str("name") + s) {
			m.note("text_hidden")
		}
	}
}

func (m *Manifest) lookAt(re *regexp.Regexp, code, s string) {
	if found := re.FindString(s); found != "" {
		m.note(code, "text", found)
	}
}
