package mcpb

import (
	"path/filepath"
	"runtime"

	"toolbay/backend/bundle"
	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
)

// Fill puts a person's answers into the arguments and variables of an installed
// bundle; where a key belongs stands its mark. Codes: those of
// bundle.Substitute.
func Fill(s model.Server, folders bundle.Folders) (bundle.Filled, error) {
	l := bundle.Launch{Args: s.Args, Env: s.Env}
	v := bundle.Values{Dir: filepath.Join(s.Dir, unpacked), Answers: map[string]string{}, Folders: folders}
	if runtime.GOOS == "windows" {
		v.Separator = `\`
	}
	var added []model.AnsweredInput
	for _, i := range s.Inputs {
		// A bundle's own settings all have a title; what a person added, a
		// variable by its name, has none.
		if i.Title == "" {
			added = append(added, i)
			continue
		}
		l.Settings = append(l.Settings, setting(i))
		switch {
		case i.Set:
			v.Answers[i.Name] = recipe.SecretMark(i.Name)
		case i.Answer != "":
			v.Answers[i.Name] = i.Answer
		case !i.Secret:
			// The folders of a default were filled in when it was shown.
			v.Answers[i.Name] = i.Default
		}
	}
	f, err := bundle.Substitute(l, v)
	if err != nil {
		return bundle.Filled{}, err
	}
	for _, i := range added {
		delete(f.Env, i.Name)
		delete(f.SecretEnv, i.Name)
		if i.Set {
			f.SecretEnv[i.Name] = recipe.SecretMark(i.Name)
		} else if i.Answer != "" {
			f.Env[i.Name] = i.Answer
		}
	}
	return f, nil
}

// setting is an answered question as the bundle asked it.
func setting(i model.AnsweredInput) bundle.Setting {
	s := bundle.Setting{Key: i.Name, Type: "string", Multiple: i.Multiple, Sensitive: i.Set, Min: i.Min, Max: i.Max}
	switch i.Format {
	case "folder":
		s.Type = "directory"
	case "filepath":
		s.Type = "file"
	case "number", "boolean":
		s.Type = i.Format
	}
	return s
}
