package text

// Problem gives the words for a code of repair: what is wrong in one line, and
// why with what can be done. A code without words comes back as it is, so that
// a gap is seen and not hidden.
func Problem(code string, args map[string]string) (title, detail string) {
	p, ok := words().Problems[code]
	if !ok {
		return code, ""
	}
	return fill(p.Title, args), fill(p.Detail, args)
}
