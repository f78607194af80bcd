package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"time"

	"toolbay/backend/model"
)

// shown is how many answers count.
const shown = 5

// question is what a person types and what would satisfy: record ids or package
// keys (testdata/README.md).
type question struct {
	Text string   `json:"q"`
	Kind string   `json:"kind"`
	Good []string `json:"good"`
}

func readQuestions(path string) ([]question, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []question
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return nil, fmt.Errorf("%s, question %d: %w", path, len(out)+1, err)
		}
		if q.Text == "" || len(q.Good) == 0 {
			return nil, fmt.Errorf("%s, question %d: without a text or an answer", path, len(out)+1)
		}
		out = append(out, q)
	}
	return out, lines.Err()
}

// answer is one result as it is judged.
type answer struct {
	name string
	keys []string // its ids and packages
}

func answerOf(l model.Listing) answer {
	a := answer{name: l.ID, keys: append([]string{l.ID}, l.Merged...)}
	for _, p := range l.Packages {
		a.keys = append(a.keys, packageKeys(p)...)
	}
	return a
}

// packageKeys names a package as questions do.
func packageKeys(p model.Package) []string {
	id := p.Identifier
	switch p.Type {
	case "pypi":
		id = strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(id), "_", "-"), ".", "-")
		return []string{"pypi:" + id, "pypi:" + p.Identifier}
	case "oci":
		id, _, _ = strings.Cut(id, "@")
		if i := strings.LastIndex(id, ":"); i > strings.LastIndex(id, "/") {
			id = id[:i]
		}
		return []string{"oci:" + id}
	case "remote":
		_, rest, ok := strings.Cut(p.URL, "://")
		if !ok {
			rest = p.URL
		}
		return []string{"remote:" + strings.TrimSuffix(strings.ToLower(rest), "/")}
	}
	return []string{p.Type + ":" + id}
}

// judged is a question and how it was answered.
type judged struct {
	q     question
	place int // of the first answer that satisfies, 0 when there is none
	came  []string
	took  time.Duration
}

func ask(questions []question, search func(string) ([]answer, error)) ([]judged, error) {
	out := make([]judged, 0, len(questions))
	for _, q := range questions {
		began := time.Now()
		answers, err := search(q.Text)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", q.Text, err)
		}
		j := judged{q: q, took: time.Since(began)}
		good := make(map[string]bool, len(q.Good))
		for _, g := range q.Good {
			good[strings.ToLower(g)] = true
		}
		for i, a := range answers[:min(len(answers), shown)] {
			j.came = append(j.came, a.name)
			if j.place == 0 && slices.ContainsFunc(a.keys, func(k string) bool { return good[strings.ToLower(k)] }) {
				j.place = i + 1
			}
		}
		out = append(out, j)
	}
	return out, nil
}

// outcome is a rate in percent.
type outcome struct {
	n         int
	five, one float64
}

func rate(all []judged, which func(question) bool) outcome {
	n, five, one := 0, 0, 0
	for _, j := range all {
		if !which(j.q) {
			continue
		}
		n++
		if j.place > 0 {
			five++
		}
		if j.place == 1 {
			one++
		}
	}
	if n == 0 {
		return outcome{}
	}
	return outcome{n, 100 * float64(five) / float64(n), 100 * float64(one) / float64(n)}
}

func everything(question) bool { return true }

// heldOut picks half of the questions by their text alone. The ranking is
// worked on with the other half in view.
func heldOut(q question) bool {
	h := fnv.New32a()
	h.Write([]byte(q.Text))
	return h.Sum32()%2 == 0
}

func tuned(q question) bool { return !heldOut(q) }

func kinds(questions []question) []string {
	var out []string
	for _, q := range questions {
		if !slices.Contains(out, q.Kind) {
			out = append(out, q.Kind)
		}
	}
	return out
}
