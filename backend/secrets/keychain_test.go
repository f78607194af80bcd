package secrets

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"toolbay/backend/model"
)

// fakeRing is a keychain in memory with the limit of Windows. fail is asked
// before each write.
type fakeRing struct {
	items map[string]string
	fail  func() error
}

func (r *fakeRing) Get(service, user string) (string, error) {
	v, ok := r.items[service+"/"+user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return v, nil
}

func (r *fakeRing) Set(service, user, value string) error {
	if len(value) > 2560 {
		return keyring.ErrSetDataTooBig
	}
	if err := r.fail(); err != nil {
		return err
	}
	r.items[service+"/"+user] = value
	return nil
}

func (r *fakeRing) Delete(service, user string) error {
	if _, ok := r.items[service+"/"+user]; !ok {
		return keyring.ErrNotFound
	}
	if err := r.fail(); err != nil {
		return err
	}
	delete(r.items, service+"/"+user)
	return nil
}

func newFake() (*keychain, *fakeRing) {
	r := &fakeRing{items: map[string]string{}, fail: func() error { return nil }}
	return &keychain{
		service: "toolbay", ring: r, ready: func() error { return nil },
		o: Options{Wait: 5 * time.Second, Waiting: func() {}},
	}, r
}

func TestKeychainKeepsValuesOfAnySize(t *testing.T) {
	k, r := newFake()
	for _, n := range []int{1, partSize - 20, partSize, partSize + 1, 5 * partSize, 60_000, 10} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			want := map[string]string{"TOKEN": strings.Repeat("é", n/2) + "x"}
			if err := k.Set("notes", "", want); err != nil {
				t.Fatal(err)
			}
			got, err := k.Get("notes", "")
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%d bytes came back as %d, %v", len(want["TOKEN"]), len(got["TOKEN"]), err)
			}
		})
	}
	if len(r.items) != 1 {
		t.Errorf("parts of replaced values stayed: %d items", len(r.items))
	}
	if err := k.Set("notes", "", map[string]string{"TOKEN": strings.Repeat("x", 3*partSize)}); err != nil {
		t.Fatal(err)
	}
	if err := k.Delete("notes", ""); err != nil {
		t.Fatal(err)
	}
	if len(r.items) != 0 {
		t.Errorf("left behind: %d items", len(r.items))
	}
	if err := k.Set("notes", "", map[string]string{"TOKEN": strings.Repeat("x", maxSize)}); model.Code(err) != "secret_too_long" {
		t.Errorf("too long: %v", err)
	}
}

func TestKeychainHasTheOldOrTheNewValueAfterAnyFailure(t *testing.T) {
	before := map[string]string{"TOKEN": strings.Repeat("o", 3*partSize)}
	after := map[string]string{"TOKEN": strings.Repeat("n", 4*partSize)}
	for step := 0; ; step++ {
		k, r := newFake()
		if err := k.Set("notes", "", before); err != nil {
			t.Fatal(err)
		}
		n := 0
		r.fail = func() error {
			if n++; n > step {
				return errors.New("pulled the plug")
			}
			return nil
		}
		err := k.Set("notes", "", after)
		got, readErr := k.Get("notes", "")
		if readErr != nil || !reflect.DeepEqual(got, before) && !reflect.DeepEqual(got, after) {
			t.Fatalf("step %d: neither the old nor the new value: %v", step, readErr)
		}
		if err == nil {
			if step < 5 {
				t.Fatalf("only %d steps were tried", step)
			}
			return
		}
		if model.Code(err) != "keychain_failed" {
			t.Fatalf("step %d: %v", step, err)
		}
	}
}

func TestKeychainThatCannotBeUsed(t *testing.T) {
	locked := model.Fail("keychain_locked", nil)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	cases := []struct {
		name     string
		prepare  func(*keychain)
		code     string
		waitings int
	}{
		{"absent", func(k *keychain) { k.ready = func() error { return model.Fail("keychain_absent", nil) } }, "keychain_absent", 0},
		{"locked", func(k *keychain) { k.ready = func() error { return locked } }, "keychain_locked", 0},
		{"hangs when asked for its state", func(k *keychain) {
			k.o.Wait = 20 * time.Millisecond
			k.ready = func() error { <-hang; return nil }
		}, "keychain_slow", 0},
		{"hangs in use", func(k *keychain) {
			k.o.Wait = 20 * time.Millisecond
			k.ring = hangingRing{hang}
		}, "keychain_slow", 0},
		{"stays locked", func(k *keychain) {
			k.o.Patience = 20 * time.Millisecond
			k.ready = func() error { return locked }
			k.ring = hangingRing{hang}
		}, "keychain_locked", 1},
		{"fails", func(k *keychain) { k.ring = failingRing{} }, "keychain_failed", 0},
		{"goes away in use", func(k *keychain) {
			asked := 0
			k.ready = func() error {
				if asked++; asked > 1 {
					return model.Fail("keychain_absent", nil)
				}
				return nil
			}
			k.ring = failingRing{}
		}, "keychain_absent", 0},
		{"answers nonsense", func(k *keychain) { k.ring = panickingRing{} }, "keychain_failed", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k, _ := newFake()
			waitings := 0
			k.o.Waiting = func() { waitings++ }
			c.prepare(k)
			_, err := k.Get("notes", "")
			if model.Code(err) != c.code || waitings != c.waitings {
				t.Fatalf("%v after %d waits, want %s after %d", err, waitings, c.code, c.waitings)
			}
		})
	}
}

func TestKeychainUnlockedWhileWaiting(t *testing.T) {
	k, _ := newFake()
	if err := k.Set("notes", "", map[string]string{"A": "b"}); err != nil {
		t.Fatal(err)
	}
	k.o.Patience = 5 * time.Second
	k.ready = func() error { return model.Fail("keychain_locked", nil) }
	got, err := k.Get("notes", "")
	if err != nil || got["A"] != "b" {
		t.Fatalf("%v %v", got, err)
	}
}

func TestKeychainItemOfAnotherForm(t *testing.T) {
	k, r := newFake()
	for _, text := range []string{"hunter2", "parts:a:99999999", "parts:a:-1", "parts:", "[1]"} {
		r.items["toolbay/notes"] = text
		_, err := k.Get("notes", "")
		if model.Code(err) != "keychain_failed" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

type hangingRing struct{ until chan struct{} }

func (r hangingRing) Get(_, _ string) (string, error) { <-r.until; return "", nil }
func (r hangingRing) Set(_, _, _ string) error        { <-r.until; return nil }
func (r hangingRing) Delete(_, _ string) error        { <-r.until; return nil }

type failingRing struct{}

func (failingRing) Get(_, _ string) (string, error) { return "", errors.New("no") }
func (failingRing) Set(_, _, _ string) error        { return errors.New("no") }
func (failingRing) Delete(_, _ string) error        { return errors.New("no") }

type panickingRing struct{ failingRing }

func (panickingRing) Get(_, _ string) (string, error) {
	var nonsense any = 1
	return nonsense.(string), nil
}
