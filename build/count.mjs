// Adds the counts of a vitest or Playwright JSON report to the counts file.
//   node build/count.mjs REPORT COUNTS
import { appendFileSync, readFileSync } from 'node:fs'

const [report, counts] = process.argv.slice(2)
const r = JSON.parse(readFileSync(report, 'utf8'))
const [passed, failed, skipped] = r.stats
  ? [r.stats.expected + r.stats.flaky, r.stats.unexpected, r.stats.skipped]
  : [r.numPassedTests, r.numFailedTests, r.numPendingTests + r.numTodoTests]
appendFileSync(counts, `${passed} ${failed} ${skipped}\n`)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
