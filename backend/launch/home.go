package launch

import (
	"encoding/json"
	"os"
	"os/user"
	"path/filepath"
)

// Home finds TOOLBAY_HOME: the variable of that name, else the home this
// program stands in, else .toolbay in the user's own folder. Apps pass on no
// variable of ours, so for the launcher it is the second.
func Home(getenv func(string) string) string {
	if home := getenv("TOOLBAY_HOME"); home != "" {
		return home
	}
	if home, ok := HomeFromExecutable(); ok {
		return home
	}
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if dir := getenv(name); dir != "" {
			return filepath.Join(dir, ".toolbay")
		}
	}
	if u, err := user.Current(); err == nil && u.HomeDir != "" {
		return filepath.Join(u.HomeDir, ".toolbay")
	}
	return filepath.Join(os.TempDir(), ".toolbay") // a user without a folder
}

// HomeFromExecutable gives the home whose bin folder holds this program.
func HomeFromExecutable() (string, bool) {
	self, err := os.Executable()
	if err != nil {
		return "", false
	}
	return homeOf(self)
}

// homeOf recognises a home by its marker, home.json.
func homeOf(program string) (string, bool) {
	real, err := filepath.EvalSymlinks(program)
	if err != nil {
		return "", false
	}
	bin := filepath.Dir(real)
	home := filepath.Dir(bin)
	if filepath.Base(bin) != "bin" {
		return "", false
	}
	data, err := os.ReadFile(filepath.Join(home, "home.json"))
	if err != nil {
		return "", false
	}
	var marker struct {
		Format int `json:"format"`
	}
	if json.Unmarshal(data, &marker) != nil || marker.Format < 1 {
		return "", false
	}
	return home, true
}
