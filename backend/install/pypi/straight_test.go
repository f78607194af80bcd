package pypi

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/internal/fakepypi"
)

func straight(t *testing.T, in *Installer, p model.Package) install.Plan {
	t.Helper()
	plan, ok := in.Straight(context.Background(), p)
	if !ok {
		t.Fatalf("%s %q has to be asked about", p.Identifier, p.Version)
	}
	return plan
}

func TestStraightIsForOneVersion(t *testing.T) {
	in := at(t, fakepypi.New(t))
	for version, want := range map[string]bool{"1.0.0": true, "==1.0": true, "": false, "latest": false, ">=1": false, "==1.*": false, "~=1.0": false} {
		if _, ok := in.Straight(context.Background(), pkg(version)); ok != want {
			t.Errorf("%q: %v", version, ok)
		}
	}
	in.Pythons = listed{}
	if _, ok := in.Straight(context.Background(), pkg("1.0.0")); ok {
		t.Error("without a Python")
	}
}

// What comes is the same as with a plan.
func TestStraightBringsTheSame(t *testing.T) {
	index := fakepypi.New(t, library, server("1.0.0", nil), server("2.0.0", nil))
	in := at(t, index)
	in.Now = func() time.Time { return time.Unix(1, 0) }
	done, err := in.Install(context.Background(), straight(t, in, pkg("1.0.0")), install.Options{Server: "hello"}, job.Silent)
	if err != nil {
		t.Fatal(err)
	}
	if got := says(t, done, "you"); got != "hello you\n" {
		t.Errorf("it says %q", got)
	}
	again, err := in.both(t, pkg("1.0.0"), install.Options{Server: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(done.Receipt, again.Receipt) || done.Version != "1.0.0" {
		t.Errorf("straight %+v\nplanned %+v", done.Receipt, again.Receipt)
	}
}

// A package that the Python here is not made for gets another one, as after a
// plan; uv itself looks at the lower bound only.
func TestStraightPythonGivesWay(t *testing.T) {
	here := system(t)
	for _, c := range []struct {
		name, code string
		change     func(p *fakepypi.Package)
	}{
		{"a newer one is asked for", "python_not_offered", func(p *fakepypi.Package) { p.Python = ">=3.19" }},
		{"an older one is", "python_not_offered", func(p *fakepypi.Package) { p.Python = "<" + strings.Join(strings.Split(here.Version, ".")[:2], ".") }},
		{"compiled for another one", "python_needs_build", func(p *fakepypi.Package) { p.Wheels = []string{"cp319-cp319-manylinux_2_17_x86_64"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := at(t, fakepypi.New(t, library, server("2.0.0", c.change)))
			pythonsAt(t, in)
			_, err := in.Install(context.Background(), straight(t, in, pkg("2.0.0")), install.Options{Server: "hello"}, job.Silent)
			if model.Code(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
			nothingLeft(t, in.Home)
		})
	}
	t.Run("which is here too", func(t *testing.T) {
		in := at(t, fakepypi.New(t, library, server("2.0.0", func(p *fakepypi.Package) { p.Python = "==" + here.Version })))
		in.Pythons = listed{{Path: here.Path, Version: "3.99.0"}, here}
		done, err := in.Install(context.Background(), straight(t, in, pkg("2.0.0")), install.Options{Server: "hello"}, job.Silent)
		if err != nil || done.Receipt.Python != here.Version {
			t.Errorf("on Python %q, %v", done.Receipt.Python, err)
		}
	})
}
