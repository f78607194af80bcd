package main

// falseAlarms looks at files in which nothing is wrong.
func falseAlarms() (looked int, faults []string) {
	return 0, nil
}
