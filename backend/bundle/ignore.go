package bundle

import (
	"regexp"
	"strings"
)

// builtIn is what the official tool never packs.
const builtIn = `.DS_Store Thumbs.db .gitignore .git .mcpbignore .dxtignore *.log .env* .npm .npmrc .yarnrc .yarn .eslintrc .editorconfig .prettierrc .prettierignore
	.eslintignore .nycrc .babelrc .pnp.* node_modules/.cache node_modules/.bin *.map .env.local .env.*.local npm-debug.log* yarn-debug.log* yarn-error.log*
	package-lock.json yarn.lock *.mcpb *.dxt *.d.ts *.tsbuildinfo tsconfig.json`

// ignored decides what is not packed, as .gitignore does; the last pattern that
// fits counts, so that a line with ! brings back what is never packed.
type ignored []ignorePattern

type ignorePattern struct {
	re      *regexp.Regexp
	back    bool
	folders bool
}

// newIgnored reads the lines of a .mcpbignore; those that are no pattern count
// for nothing.
func newIgnored(lines string) ignored {
	var out ignored
	for _, p := range append(strings.Fields(builtIn), strings.Split(strings.ReplaceAll(lines, "\r", ""), "\n")...) {
		if p = strings.TrimSpace(p); p == "" || strings.HasPrefix(p, "#") || len(p) > 1000 {
			continue
		}
		one := ignorePattern{}
		if one.back = strings.HasPrefix(p, "!"); one.back {
			p = p[1:]
		}
		if one.folders = strings.HasSuffix(p, "/"); one.folders {
			p = strings.TrimSuffix(p, "/")
		}
		if p == "" {
			continue
		}
		re, err := regexp.Compile(ignoreExpr(p))
		if err != nil {
			continue
		}
		one.re = re
		out = append(out, one)
	}
	return out
}

// ignoreExpr turns a pattern into an expression for a whole path. Case does not
// matter, as in the official tool.
func ignoreExpr(p string) string {
	var b strings.Builder
	b.WriteString(`(?is)^`)
	if !strings.Contains(p, "/") {
		b.WriteString(`(?:.*/)?`)
	}
	p = strings.TrimPrefix(p, "/")
	for i := 0; i < len(p); {
		rest := p[i:]
		switch {
		case strings.HasPrefix(rest, "**/") && (i == 0 || p[i-1] == '/'):
			b.WriteString(`(?:.*/)?`)
			i += 3
		case rest == "**" && i > 0 && p[i-1] == '/':
			b.WriteString(`.+`)
			i += 2
		case rest[0] == '*':
			b.WriteString(`[^/]*`)
			i++
		case rest[0] == '?':
			b.WriteString(`[^/]`)
			i++
		case rest[0] == '[' && strings.Contains(rest[1:], "]"):
			end := strings.Index(rest[2:], "]") + 2
			class := rest[1:max(end, 1)]
			if strings.HasPrefix(class, "!") {
				class = "^" + class[1:]
			}
			b.WriteString("[" + strings.ReplaceAll(class, `[`, `\[`) + "]")
			i += end + 1
		case rest[0] == '\\' && len(rest) > 1:
			b.WriteString(regexp.QuoteMeta(rest[1:2]))
			i += 2
		default:
			b.WriteString(regexp.QuoteMeta(rest[:1]))
			i++
		}
	}
	b.WriteString(`$`)
	return b.String()
}

// has tells whether a file or folder is left out. What lies below a folder that
// is left out is never asked for.
func (g ignored) has(path string, folder bool) bool {
	out := false
	for _, p := range g {
		if (folder || !p.folders) && p.re.MatchString(path) {
			out = !p.back
		}
	}
	return out
}
