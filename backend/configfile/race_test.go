//go:build race

package configfile

// generatedFiles is fewer with the race detector: it makes all ten times
// slower and this package starts no goroutines.
const generatedFiles = 1_000
