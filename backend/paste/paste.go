// Package paste finds servers in any text that people copy: settings of AI
// apps in JSON, TOML or YAML, commands, links and names, alone or inside a
// README. Nothing is run, read from disk or fetched, and no shell is involved:
// lines are split into words by quoting rules only. backend may import it.
//
//	for _, f := range paste.Read(text, paste.Options{}) {
//		fmt.Println(f.Kind, f.Name, f.Package.Identifier) // f.Secrets stays in memory
//	}
//
// docs/paste.md says what is taken for a server and what is not.
package paste

import (
	"slices"
	"strings"

	"toolbay/backend/model"
)

const (
	// MaxText is how much text is read, in bytes; Read gives nothing for more.
	MaxText = 1 << 20
	// maxFound bounds how many servers one text can have.
	maxFound = 100
	// maxValue is the longest value that is kept, maxName the longest name.
	maxValue = 8 << 10
	maxName  = 100
	// maxVain is how many pieces may be looked at in vain: a text that has nothing
	// but the beginnings of settings is no text of a person.
	maxVain = 300
)

// The kinds of what is found that are no package types.
const (
	KindListing = "listing" // a page or an id of a catalogue, with no package told
	KindLocal   = "local"   // a program that is on this computer already
)

// Warnings. Some have a detail behind a colon; none holds a value of the text.
const (
	WarnKeyInArgument = "key-in-argument" // a key stood among the arguments
	WarnKeyInAddress  = "key-in-address"  // a key stood in an address
	WarnLinkKey       = "link-key-ignored"
	WarnLinkUnknown   = "link-parameter-ignored"
	WarnRelativePath  = "path-not-absolute"
	WarnExamplePath   = "path-is-example"
	WarnSourceOnly    = "from-source" // straight from a source repository
	WarnNotEncrypted  = "not-encrypted"
	WarnNoEvidence    = "not-known-as-server"
	WarnGuessedType   = "registry-guessed" // a bare name, whose registry is a guess
	WarnGuessedModule = "package-guessed"  // of the name of a Python module
	WarnWorkFolder    = "folder-ignored"   // the entry asks for a working folder
	WarnEnvFile       = "env-file-ignored"
	WarnBroken        = "text-damaged" // brackets or quotes were completed
)

// Found is a server that a text speaks of.
type Found struct {
	// Kind is the package's type (npm, pypi, oci, mcpb, remote, local) or
	// listing.
	Kind string
	// Name is what the text calls it, or a name made of the package's.
	Name        string
	Description string
	// Package has no key's value in it. Of a listing only Identifier may be set:
	// the page it was found by.
	Package model.Package
	// Listing is a catalogue's id, Repository the page of a source repository,
	// when the text names one.
	Listing    string
	Repository string
	// Answers are the plain values of the text, by input name.
	Answers map[string]string
	// Secrets are the keys of the text by input name. They are for the keychain
	// and must not be shown or written anywhere else.
	Secrets map[string]string `json:"-"`
	// Warnings are codes for what a person should know first, sorted.
	Warnings []string
}

// Options tell Read what only its caller can know; the zero value works.
type Options struct {
	// Known tells whether a package or listing is in a catalogue. With it, names
	// are recognised that say nothing themselves; the default knows none.
	Known func(kind, identifier string) bool
}

// Read gives the servers in a text in the order in which they stand there,
// each package once. A text without any gives none.
func Read(text string, o Options) []Found {
	if len(text) > MaxText {
		return nil
	}
	if o.Known == nil {
		o.Known = func(string, string) bool { return false }
	}
	text = tidy(text)
	found := read(text, o)
	if len(found) == 0 {
		if plain := plainer(text); plain != text && len(plain) <= MaxText {
			return read(plain, o)
		}
	}
	return found
}

func read(text string, o Options) []Found {
	r := &reader{options: o, installs: map[string]string{}, pending: map[string]string{}}
	r.whole(text)
	return r.result()
}

// reader gathers what one text has.
type reader struct {
	options Options
	found   []Found
	// from numbers, beside found, the piece of text each came from.
	from  []int
	piece int
	// installs are packages that the text installs by hand, by program name.
	installs map[string]string
	// pending are variables that earlier lines of this piece set.
	pending map[string]string
	// vain counts the pieces that looked like settings or a command and were none.
	vain int
	// alone is true while the whole text is a single line or block.
	alone bool
}

// tidy brings line ends and characters that only look like blanks to plain
// ones, and drops what is invisible.
func tidy(text string) string {
	text = strings.ToValidUTF8(strings.TrimPrefix(text, "\ufeff"), "\uFFFD")
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u00a0", " ", "\u202f", " ", "\u3000", " ",
		"\u200b", "", "\u2060", "", "\ufeff", "", "\u2028", "\n", "\u2029", "\n", "\x00", "").Replace(text)
}

// add keeps a find, unless the text told the same package before and better.
func (r *reader) add(f Found) {
	if len(r.found) >= maxFound {
		return
	}
	slices.Sort(f.Warnings)
	f.Warnings = slices.Compact(f.Warnings)
	for i, have := range r.found {
		if have.Kind != f.Kind || !strings.EqualFold(have.Package.Identifier, f.Package.Identifier) || have.Listing != f.Listing || have.Repository != f.Repository {
			continue
		}
		if r.from[i] == r.piece && have.Name != f.Name {
			continue // two accounts of one server, side by side
		}
		if tells(f) > tells(have) {
			r.found[i] = f
		}
		return
	}
	r.found = append(r.found, f)
	r.from = append(r.from, r.piece)
}

// tells counts what a find says beyond the package's name.
func tells(f Found) int {
	p := f.Package
	return len(p.Environment) + len(p.Headers) + len(p.PackageArguments) + len(p.RuntimeArguments) + len(p.Variables) + 2*len(f.Secrets)
}

func (r *reader) result() []Found {
	// A package that the text only installs is what it is about when it tells
	// nothing better.
	if len(r.found) == 0 && len(r.installs) == 1 {
		for name, spec := range r.installs {
			runner := "npx"
			if strings.HasPrefix(spec, "pypi:") {
				runner = "uvx"
			}
			_, spec, _ = strings.Cut(spec, ":")
			_ = name
			r.entry(entry{command: runner, args: []string{spec}}, demanding)
		}
	}
	return r.found
}
