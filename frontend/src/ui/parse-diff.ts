export type DiffLine =
  /** `change`: a line of the user's that gets something put in, and loses nothing; `was` is its number before */
  | {
      kind: 'same' | 'add' | 'del' | 'change'
      number: number
      was?: number
      text: string
      mark?: [from: number, to: number]
    }
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
  return markPairs(out)
}

function markPairs(lines: DiffLine[]): DiffLine[] {
  const grown = new Set<DiffLine>()
  let i = 0
  while (i < lines.length) {
    const dels = run(lines, i, 'del')
    const adds = run(lines, i + dels.length, 'add')
    for (let k = 0; k < Math.min(dels.length, adds.length); k++) {
      const d = dels[k]
      const a = adds[k]
      if (!d || !a || !('text' in d) || !('text' in a)) continue
      markPair(d, a)
      if (a.mark && !d.mark) {
        a.kind = 'change'
        a.was = d.number
        grown.add(d)
      }
    }
    i += Math.max(1, dels.length + adds.length)
  }
  return lines.filter((l) => !grown.has(l))
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

/** What a change amounts to, for the sentence beside an app's name. */
export function diffSize(diff: string): { added: number; removed: number; commas: number; changed: number } {
  const size = { added: 0, removed: 0, commas: 0, changed: 0 }
  for (const l of parseDiff(diff)) {
    if (l.kind === 'add') size.added++
    else if (l.kind === 'del') size.removed++
    else if (l.kind === 'change') {
      if (l.mark && l.text.slice(...l.mark) === ',') size.commas++
      else size.changed++
    }
  }
  return size
}
