package backend

import (
	"cmp"
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/paste"
	"toolbay/backend/pattern"
	"toolbay/backend/text"
)

// loading are the variables, and the beginnings of variables, that make a
// program run or fetch other code than its own.
var loading = struct{ names, heads []string }{
	names: []string{
		"PATH", "NODE_PATH", "BUN_OPTIONS", "COREPACK_NPM_REGISTRY", "DOTNET_STARTUP_HOOKS", "ELECTRON_RUN_AS_NODE",
		"PYTHONSTARTUP", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONBREAKPOINT", "PYTHONPYCACHEPREFIX", "BASH_ENV", "ZDOTDIR",
		"RUBYOPT", "RUBYLIB", "PERL5OPT", "PERL5LIB", "PERL5DB", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH",
		"GIT_SSH", "GIT_SSH_COMMAND", "GIT_EXEC_PATH", "GIT_ASKPASS", "GIT_CONFIG_GLOBAL", "GIT_PAGER", "PAGER", "EDITOR", "BROWSER",
	},
	heads: []string{"LD_", "DYLD_", "UV_", "PIP_", "NPM_CONFIG_", "YARN_", "PNPM_"},
}

// tame are options for Node in NODE_OPTIONS that load nothing.
var tame = pattern.New(`^--(max-[a-z-]+=[0-9]+|stack-trace-limit=[0-9]+|no-(warnings|deprecation)|use-(system|openssl|bundled)-ca|enable-source-maps|trace-warnings|dns-result-order=[a-z0-9]+)$`)

// loadsCode tells whether a variable makes a program run other code. Its case
// means nothing on Windows, and to npm nowhere.
func loadsCode(name, value string) bool {
	name = strings.ToUpper(name)
	switch {
	case value == "":
		return false
	case name == "NODE_OPTIONS":
		return slices.ContainsFunc(strings.Fields(value), func(o string) bool { return !tame().MatchString(o) })
	case name == "ENV":
		return strings.ContainsAny(value, `/\`) // a file that a shell reads first
	}
	return slices.Contains(loading.names, name) || slices.ContainsFunc(loading.heads, func(h string) bool { return strings.HasPrefix(name, h) })
}

// loadedBy gives what a text sets that makes its server run other code, by
// variable with the value.
func loadedBy(f paste.Found) map[string]string {
	out := map[string]string{}
	if f.Kind == "remote" {
		return out // nothing of it is started here
	}
	for _, in := range f.Package.Environment {
		if v := cmp.Or(f.Answers[in.Name], f.Secrets[in.Name], in.Value); loadsCode(in.Name, v) {
			out[in.Name] = v
		}
	}
	return out
}

// loadNeeds is what to agree to where a listing or a pasted text sets such a
// variable. What the person gives another value is theirs. In a container the
// listing's own are the image's affair.
func (b *Backend) loadNeeds(refText string, r ref, answers map[string]string) (needs []model.Need) {
	told := map[string]string{}
	if p, ok := b.pasted.get(refText); ok {
		told = p.loads
	}
	for _, in := range r.pack().Environment {
		v := told[in.Name]
		if own := cmp.Or(in.Value, in.Default); v == "" && r.pack().Type != "oci" && loadsCode(in.Name, own) {
			v = own
		}
		if given, ok := answers[in.Name]; v == "" || ok && given != v && in.Value == "" {
			continue
		}
		needs = append(needs, model.Need{
			Kind: "risk", Name: "loads-code:" + in.Name, Flag: "--accept-risk",
			Text: text.Line("need.loads-code", "title", title(r.listing), "name", in.Name),
		})
	}
	return needs
}
