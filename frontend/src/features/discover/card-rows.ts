import type { Listing } from '@/backend'

/** The list of Discover as rows for the virtual list: headings, lines of cards, the end. */
export type Row =
  | { kind: 'head'; head: 'starters' | 'more' }
  | { kind: 'cards'; key: string; cards: Listing[] }
  | { kind: 'loading' }

export function lines(cards: Listing[], columns: number): Row[] {
  const out: Row[] = []
  for (let i = 0; i < cards.length; i += columns) {
    const line = cards.slice(i, i + columns)
    out.push({ kind: 'cards', key: line[0]?.id ?? String(i), cards: line })
  }
  return out
}

/**
 * The start page: one full line of servers that need nothing, then the rest.
 * The line is never half filled; what does not fit comes first below.
 */
export function startPage(cards: Listing[], columns: number): Row[] {
  const featured = cards
    .filter((l) => l.featured > 0)
    .sort((a, b) => a.featured - b.featured)
    .slice(0, columns)
  if (featured.length < columns) return lines(cards, columns)
  const ids = new Set(featured.map((l) => l.id))
  const rest = cards.filter((l) => !ids.has(l.id))
  return [
    { kind: 'head', head: 'starters' },
    ...lines(featured, columns),
    ...(rest.length > 0 ? [{ kind: 'head' as const, head: 'more' as const }, ...lines(rest, columns)] : []),
  ]
}
