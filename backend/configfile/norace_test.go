//go:build !race

package configfile

// generatedFiles is how many files are made up for each format.
const generatedFiles = 10_000
