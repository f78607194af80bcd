package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// sorted is a record that was put into a category by hand. Also are others that
// are right too.
type sorted struct {
	Source, ID, Category string
	Also                 []string
}

// categories prints how many records are in the category that they were put
// into by hand.
func categories(path, file string, misses bool) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	n, first, also := 0, 0, 0
	var wrong []string
	for line := range strings.Lines(string(raw)) {
		var s sorted
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		var have string
		err := db.QueryRow(`SELECT coalesce(body ->> 'category', '') FROM listing WHERE source = ? AND id = ?`, s.Source, s.ID).Scan(&have)
		if err == sql.ErrNoRows {
			continue
		}
		if err != nil {
			return err
		}
		n++
		switch {
		case have == s.Category:
			first++
		case slices.Contains(s.Also, have):
			also++
		default:
			wrong = append(wrong, fmt.Sprintf("%s: %s, by hand %s", s.ID, have, s.Category))
		}
	}
	fmt.Printf("\nCategories: %d of %d records as sorted by hand, %d more in another that is right too\n", first, n, also)
	if misses {
		for _, w := range wrong {
			fmt.Println("  " + w)
		}
	}
	return nil
}
