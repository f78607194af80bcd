import catalogue from '@text'
import { describe, expect, it } from 'vitest'

function leaves(node: unknown, path: string): [string, string][] {
  if (typeof node === 'string') return [[path, node]]
  return Object.entries(node as Record<string, unknown>).flatMap(([k, v]) => leaves(v, `${path}.${k}`))
}

const level1 = [
  ...leaves(catalogue.ui, 'ui'),
  ...leaves(catalogue.actions, 'actions'),
  ...leaves(catalogue.ways, 'ways'),
  ...leaves(catalogue['ways-because'], 'ways-because'),
  ...leaves(catalogue.facts, 'facts'),
  ...leaves(catalogue.stages, 'stages'),
]

describe('words of the window', () => {
  it('never speak in the words of programs', () => {
    const banned =
      /\b(stdio|spawn|ENOENT|env var|environment variable|JSON-RPC|transport|stderr|stdout|npx|uvx|config)\b/i
    expect(level1.filter(([, text]) => banned.test(text))).toEqual([])
  })

  it('are sentences of at most twelve words', () => {
    const long = level1.flatMap(([path, text]) =>
      text
        .split(/(?<=[.!?])\s+/)
        .filter((s) => s.split(/\s+/).filter((w) => /\w/.test(w)).length > 12)
        .map((s) => [path, s]),
    )
    expect(long).toEqual([])
  })

  it('have no path and no command', () => {
    expect(level1.filter(([, text]) => /(^|\s)[~/]\w+\/|--\w|\\\w+\\/.test(text))).toEqual([])
  })

  it('have a word for one wherever they have one for many', () => {
    const keys = new Set(level1.map(([path]) => path))
    // In "facts" the end of a key says how a thing is known, not how many there are.
    const lonely = [...keys].filter(
      (k) => !k.startsWith('facts.') && k.endsWith('_other') && !keys.has(k.replace(/_other$/, '_one')),
    )
    expect(lonely).toEqual([])
  })
})
