package secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"toolbay/backend/model"
)

// Options are how long a keychain may take. The zero value is right for the
// window: a person is looking at it.
type Options struct {
	// Wait bounds each step; 0 is 3 seconds.
	Wait time.Duration
	// Patience is how long a locked keychain is waited for while the system
	// asks the user to unlock it; 0 is not at all.
	Patience time.Duration
	// Waiting is called once before such a wait. May be nil.
	Waiting func()
}

// Open gives the keychain of the user who runs this program. home is
// TOOLBAY_HOME; getenv is asked for the address of the session bus only.
func Open(home string, getenv func(string) string) Keys {
	return OpenWith(home, getenv, Options{})
}

// OpenWith is Open with other time-outs.
func OpenWith(home string, getenv func(string) string, o Options) Keys {
	if o.Wait == 0 {
		o.Wait = 3 * time.Second
	}
	if o.Waiting == nil {
		o.Waiting = func() {}
	}
	return &keychain{service: serviceName(home), ring: systemRing{}, ready: func() error { return ready(getenv) }, o: o}
}

// ring is the part of go-keyring that is used here.
type ring interface {
	Get(service, user string) (string, error)
	Set(service, user, value string) error
	Delete(service, user string) error
}

type systemRing struct{}

func (systemRing) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemRing) Set(service, user, value string) error    { return keyring.Set(service, user, value) }
func (systemRing) Delete(service, user string) error        { return keyring.Delete(service, user) }

type keychain struct {
	service string
	ring    ring
	// ready tells whether the keychain can be used now, without ever asking
	// the user anything: nil, keychain_absent or keychain_locked.
	ready func() error
	o     Options
}

func (k *keychain) Where() string { return "keychain" }

func (k *keychain) Available() error {
	_, err := within(k.o.Wait, func() (struct{}, error) { return struct{}{}, k.ready() })
	return err
}

func (k *keychain) Get(server, profile string) (map[string]string, error) {
	user, err := itemName(server, profile)
	if err != nil {
		return nil, err
	}
	return use(k, func() (map[string]string, error) {
		text, err := k.read(user)
		if errors.Is(err, keyring.ErrNotFound) {
			return nil, model.Fail("secret_unknown", nil, "server", server)
		}
		if err != nil {
			return nil, err
		}
		values := map[string]string{}
		if json.Unmarshal([]byte(text), &values) != nil {
			return nil, errors.New("an item is not in the form Toolbay writes") // the decoder's words could quote a value
		}
		return values, nil
	})
}

func (k *keychain) Set(server, profile string, values map[string]string) error {
	if len(values) == 0 {
		return k.Delete(server, profile)
	}
	user, err := itemName(server, profile)
	if err != nil {
		return err
	}
	text, err := encode(values)
	if err != nil {
		return err
	}
	_, err = use(k, func() (struct{}, error) { return struct{}{}, k.write(user, text) })
	return err
}

func (k *keychain) Delete(server, profile string) error {
	user, err := itemName(server, profile)
	if err != nil {
		return err
	}
	_, err = use(k, func() (struct{}, error) { return struct{}{}, k.remove(user) })
	return err
}

func encode(values map[string]string) (string, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return "", errors.New("encode keys") // never the cause: it could quote a value
	}
	if len(text) > maxSize {
		return "", model.Fail("secret_too_long", nil)
	}
	return string(text), nil
}

// Windows holds 2,560 bytes in one item and go-keyring on macOS about 2,900,
// so a longer value is kept in parts, on every system alike. The item itself
// then is "parts:<generation>:<count>" (JSON starts with a brace). A new value
// goes to the generation not in use and the item is turned to it last, so a
// program that dies in between leaves the old value whole.
const partSize = 2000

func partName(user, generation string, i int) string {
	return user + "#" + generation + "." + strconv.Itoa(i)
}

// parts reads an item that stands for parts; n is 0 for any other.
func parts(item string) (generation string, n int) {
	rest, ok := strings.CutPrefix(item, "parts:")
	if !ok {
		return "", 0
	}
	generation, count, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 || n > maxSize/partSize+1 {
		return "", 0
	}
	return generation, n
}

func (k *keychain) read(user string) (string, error) {
	item, err := k.ring.Get(k.service, user)
	if err != nil {
		return "", err
	}
	generation, n := parts(item)
	if n == 0 {
		return item, nil
	}
	var b strings.Builder
	for i := range n {
		part, err := k.ring.Get(k.service, partName(user, generation, i))
		if err != nil {
			return "", err
		}
		b.WriteString(part)
	}
	return b.String(), nil
}

func (k *keychain) write(user, text string) error {
	old, err := k.ring.Get(k.service, user)
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return err
	}
	oldGeneration, oldCount := parts(old)
	item := text
	if len(text) > partSize {
		generation, n := "a", 0
		if oldGeneration == "a" {
			generation = "b"
		}
		for ; n*partSize < len(text); n++ {
			part := text[n*partSize : min((n+1)*partSize, len(text))]
			if err := k.ring.Set(k.service, partName(user, generation, n), part); err != nil {
				return err
			}
		}
		item = fmt.Sprintf("parts:%s:%d", generation, n)
	}
	if err := k.ring.Set(k.service, user, item); err != nil {
		return err
	}
	return k.removeParts(user, oldGeneration, oldCount)
}

func (k *keychain) remove(user string) error {
	old, err := k.ring.Get(k.service, user)
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := k.ring.Delete(k.service, user); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return err
	}
	generation, n := parts(old)
	return k.removeParts(user, generation, n)
}

func (k *keychain) removeParts(user, generation string, n int) error {
	for i := range n {
		err := k.ring.Delete(k.service, partName(user, generation, i))
		if err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return err
		}
	}
	return nil
}

// use runs f when the keychain is ready. A locked one is waited for only with
// Patience: then the library's call has the system ask the user.
func use[T any](k *keychain, f func() (T, error)) (T, error) {
	var none T
	wait := k.o.Wait
	if err := k.Available(); err != nil {
		if model.Code(err) != "keychain_locked" || k.o.Patience == 0 {
			return none, err
		}
		wait = k.o.Patience
		k.o.Waiting()
	}
	out, err := within(wait, f)
	var coded *model.Error
	switch {
	case err == nil:
		return out, nil
	case errors.As(err, &coded) && coded.Code != "keychain_slow":
		return none, err
	}
	// The library's words do not tell a keychain that was locked or has gone
	// from any other failure; its state does.
	if now := k.Available(); now != nil {
		return none, now
	}
	if coded != nil {
		return none, coded
	}
	return none, model.Fail("keychain_failed", err)
}

// within gives f time to end. A call that hangs in the system's keychain
// cannot be stopped; it is left behind and its outcome thrown away.
func within[T any](wait time.Duration, f func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if r := recover(); r != nil { // the library asserts the shape of answers from the bus
				o.err = errors.New("the keychain gave an answer that makes no sense")
			}
			done <- o
		}()
		o.value, o.err = f()
	}()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case o := <-done:
		return o.value, o.err
	case <-timer.C:
		var none T
		return none, model.Fail("keychain_slow", nil)
	}
}
