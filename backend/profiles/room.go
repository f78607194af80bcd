package profiles

import (
	"slices"
	"unicode/utf8"

	"toolbay/backend/model"
)

// Limits are what an app takes no more of; 0 is none known.
type Limits struct {
	NameLength  int // of a server's name
	Tools       int // of all servers together
	NameAndTool int // a server's and a tool's name together
}

// Load is what an app's share of a profile comes to.
type Load struct {
	Servers int
	Tools   int
	// Tokens is about what the list of the tools costs in each conversation: a
	// quarter of its letters, which is an estimate.
	Tokens int
	// Unknown are servers whose tools are not known yet: they are not counted.
	Unknown []string
}

// Trouble is a limit that a profile comes up against in an app.
type Trouble struct {
	Code   string // tools_over, tools_near, name_too_long, tool_name_too_long
	Server string
	Tool   string
	// Have and Limit are the numbers.
	Have, Limit int
}

// near is the share of a limit from which it is worth a word, in hundredths.
const near = 90

// Weigh tells what an app gets in a profile, and which of its limits that comes
// up against. probed gives what a server said of itself, nil where it was not
// asked or did not answer.
func Weigh(p model.Profile, app string, lim Limits, probed func(server string) *model.Probe) (Load, []Trouble) {
	var l Load
	var out []Trouble
	for _, s := range p.Servers {
		if !slices.Contains(p.Apps, app) || slices.Contains(s.Off, app) {
			continue
		}
		l.Servers++
		if n := utf8.RuneCountInString(s.Server); lim.NameLength > 0 && n > lim.NameLength {
			out = append(out, Trouble{Code: "name_too_long", Server: s.Server, Have: n, Limit: lim.NameLength})
		}
		probe := probed(s.Server)
		if probe == nil || !probe.OK {
			l.Unknown = append(l.Unknown, s.Server)
			continue
		}
		longest := model.Tool{}
		for i, t := range probe.Tools {
			if s.Tools != nil && !slices.Contains(s.Tools, t.Name) {
				continue
			}
			l.Tools++
			l.Tokens += tokens(probe, i)
			if utf8.RuneCountInString(t.Name) > utf8.RuneCountInString(longest.Name) {
				longest = t
			}
		}
		if n := utf8.RuneCountInString(s.Server) + utf8.RuneCountInString(longest.Name); lim.NameAndTool > 0 && longest.Name != "" && n > lim.NameAndTool {
			out = append(out, Trouble{Code: "tool_name_too_long", Server: s.Server, Tool: longest.Name, Have: n, Limit: lim.NameAndTool})
		}
	}
	switch {
	case lim.Tools == 0:
	case l.Tools > lim.Tools:
		out = append(out, Trouble{Code: "tools_over", Have: l.Tools, Limit: lim.Tools})
	case l.Tools*100 >= lim.Tools*near:
		out = append(out, Trouble{Code: "tools_near", Have: l.Tools, Limit: lim.Tools})
	}
	return l, out
}

// Costs estimates what each tool of a server costs, in their order.
func Costs(p *model.Probe) []int {
	out := make([]int, len(p.Tools))
	for i := range p.Tools {
		out[i] = tokens(p, i)
	}
	return out
}

// tokens estimates what one tool costs.
func tokens(p *model.Probe, i int) int {
	t := p.Tools[i]
	size := len(t.Name) + len(t.Description) + len(t.Takes) // of one tried before sizes were kept
	if len(p.Sizes) == len(p.Tools) {
		size = p.Sizes[i]
	}
	return (size + 3) / 4
}
