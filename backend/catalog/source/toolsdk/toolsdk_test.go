package toolsdk

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"node":             {`{"packageName":"@acme/notes","runtime":"node","env":{"KEY":{"description":"The key","required":true}}}`, "npm @acme/notes [] KEY"},
		"python":           {`{"packageName":"acme.notes","runtime":"python","env":null}`, "pypi acme.notes []"},
		"another program":  {`{"packageName":"notes","runtime":"node","bin":"serve","binArgs":["mcp"]}`, "npm notes [mcp] -- --package notes serve"},
		"container":        {`{"packageName":"acme/notes","runtime":"docker","binArgs":["run","-i","--rm","-e","KEY","acme/notes:1"]}`, "oci acme/notes:1 [] KEY"},
		"image alone":      {`{"packageName":"acme/notes","runtime":"docker"}`, "oci acme/notes []"},
		"remote":           {`{"packageName":"@toolsdk-remote/notes","runtime":"node","remotes":[{"type":"sse","url":"https://acme.example/sse"}]}`, "remote https://acme.example/sse []"},
		"go":               {`{"packageName":"notes","runtime":"go"}`, "left out"},
		"no npm name":      {`{"packageName":"notes-(all)","runtime":"node"}`, "left out"},
		"option as name":   {`{"packageName":"--eval","runtime":"node"}`, "left out"},
		"all options":      {`{"packageName":"notes","runtime":"node","binArgs":["--config","--debug","--port"]}`, "left out"},
		"script":           {`{"packageName":"notes","runtime":"node","binArgs":["run","start:stdio"]}`, "left out"},
		"insecure address": {`{"packageName":"@toolsdk-remote/x","runtime":"node","remotes":[{"url":"http://acme.example"}]}`, "left out"},
	} {
		e := Read("packages/databases/notes.json", []byte(c.body))
		if e.Err != nil || e.Listing.ID != "toolsdk/databases.notes" || e.Listing.Category != "databases" {
			t.Errorf("%s: %+v", name, e)
			continue
		}
		var got []string
		for _, p := range e.Listing.Packages {
			args := []string{}
			for _, a := range p.PackageArguments {
				args = append(args, a.Value)
			}
			got = append(got, p.Type, p.Identifier, "["+strings.Join(args, " ")+"]")
			for _, in := range p.Environment {
				got = append(got, in.Name)
			}
			if len(p.RuntimeArguments) > 0 {
				got = append(got, "--")
			}
			for _, a := range p.RuntimeArguments {
				got = append(got, strings.TrimSpace(a.Name+" "+a.Value))
			}
		}
		if len(e.LeftOut) > 0 {
			got = append(got, "left out")
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, strings.Join(got, " "), c.want)
		}
	}
	if e := Read("", []byte(`{"packageName":"@acme/notes","runtime":"node"}`)); e.Listing.ID != "toolsdk/acme-notes" || e.Listing.Caution == "" {
		t.Errorf("%+v", e)
	}
	for _, body := range []string{"", "17", "{}", `{"packageName":"a b"}`} {
		if e := Read("", []byte(body)); e.Err == nil {
			t.Errorf("%s: %+v", body, e)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("packages/a/b.json", []byte(`{"packageName":"notes","runtime":"node","bin":"x","binArgs":["a"],"env":{"A":{"required":true}},"remotes":[{"url":"https://x"}]}`))
	f.Add("../..", []byte(`{"packageName":17,"runtime":"docker","binArgs":{},"env":[1],"remotes":[1]}`))
	f.Fuzz(func(t *testing.T, at string, body []byte) {
		e := Read(at, body)
		if e.Err == nil && (!strings.HasPrefix(e.Listing.ID, "toolsdk/") || strings.Count(e.Listing.ID, "/") != 1) {
			t.Errorf("%+v", e)
		}
		for _, p := range e.Listing.Packages {
			if p.Identifier == "" || strings.HasPrefix(p.Identifier, "-") || strings.ContainsAny(p.Identifier, " \n") {
				t.Errorf("%+v", p)
			}
		}
		if _, err := json.Marshal(e.Listing); err != nil {
			t.Error(err)
		}
	})
}
