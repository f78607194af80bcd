export type DiffLine =
  | { kind: 'same' | 'add' | 'del'; number: number; text: string; mark?: [from: number, to: number] }
  | { kind: 'fold'; lines: number }

/**
 * Reads a unified diff. Where one line takes the place of another, the part
 * that differs is marked, so that an added comma can be seen.
 */
export function parseDiff(diff: string): DiffLine[] {
  const out: DiffLine[] = []
  let before = 0
  let after = 0
  let inHunk = false
  for (const line of diff.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line)
    if (hunk) {
      const next = Number(hunk[1])
      const folded = next - before - (inHunk ? 0 : 1)
      if (folded > 0) out.push({ kind: 'fold', lines: folded })
      before = next
      after = Number(hunk[2])
      inHunk = true
    } else if (!inHunk || line === '' || line.startsWith('\\')) {
      // Head of the diff, its last line end, or "no newline at end of file".
    } else if (line.startsWith('+')) out.push({ kind: 'add', number: after++, text: line.slice(1) })
    else if (line.startsWith('-')) out.push({ kind: 'del', number: before++, text: line.slice(1) })
    else {
      out.push({ kind: 'same', number: after, text: line.slice(1) })
      before++
      after++
    }
  }
  markPairs(out)
  return out
}

function markPairs(lines: DiffLine[]): void {
  let i = 0
  while (i < lines.length) {
    const dels = run(lines, i, 'del')
    const adds = run(lines, i + dels.length, 'add')
    for (let k = 0; k < Math.min(dels.length, adds.length); k++) {
      const d = dels[k]
      const a = adds[k]
      if (d && a && 'text' in d && 'text' in a) markPair(d, a)
    }
    i += Math.max(1, dels.length + adds.length)
  }
}

function run(lines: DiffLine[], from: number, kind: 'add' | 'del'): DiffLine[] {
  let to = from
  while (lines[to]?.kind === kind) to++
  return lines.slice(from, to)
}

type TextLine = Exclude<DiffLine, { kind: 'fold' }>

function markPair(a: TextLine, b: TextLine): void {
  const shortest = Math.min(a.text.length, b.text.length)
  let head = 0
  while (head < shortest && a.text[head] === b.text[head]) head++
  let tail = 0
  while (tail < shortest - head && a.text.at(-1 - tail) === b.text.at(-1 - tail)) tail++
  // Two lines with little in common are two lines, not one that changed.
  if (head + tail < shortest / 2) return
  if (a.text.length > head + tail) a.mark = [head, a.text.length - tail]
  if (b.text.length > head + tail) b.mark = [head, b.text.length - tail]
}

/** How many lines come and go, for the sentence beside the app's name. */
export function diffSize(diff: string): { added: number; removed: number } {
  const lines = parseDiff(diff)
  return {
    added: lines.filter((l) => l.kind === 'add').length,
    removed: lines.filter((l) => l.kind === 'del').length,
  }
}
