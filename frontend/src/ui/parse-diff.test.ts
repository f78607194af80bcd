import { describe, expect, it } from 'vitest'
import { addedDiff, removedDiff } from '@/backend/fake-data'
import { diffSize, parseDiff } from './parse-diff'

describe('a unified diff', () => {
  it('numbers lines as they stand after the change, removed ones as before', () => {
    const lines = parseDiff(
      ['--- a', '+++ b', '@@ -6,3 +6,3 @@', ' six', '-seven', '+SEVEN and more', ' eight'].join('\n'),
    )
    expect(lines).toEqual([
      { kind: 'fold', lines: 5 },
      { kind: 'same', number: 6, text: 'six' },
      { kind: 'del', number: 7, text: 'seven' },
      { kind: 'add', number: 7, text: 'SEVEN and more' },
      { kind: 'same', number: 8, text: 'eight' },
    ])
  })

  it('marks only the comma when only a comma is added', () => {
    const lines = parseDiff(addedDiff('notion'))
    const grown = lines.find((l) => l.kind === 'change')
    if (grown?.kind !== 'change' || !grown.mark) throw new Error('nothing marked')
    expect(grown.text.slice(...grown.mark)).toBe(',')
    expect(lines.some((l) => l.kind === 'del')).toBe(false)
  })

  it('folds what lies between two hunks', () => {
    const lines = parseDiff(['@@ -1 +1 @@', '-a', '+b', '@@ -10 +10 @@', '-c', '+d'].join('\n'))
    expect(lines.filter((l) => l.kind === 'fold')).toEqual([{ kind: 'fold', lines: 8 }])
  })

  it('takes lines that begin with signs for what they are', () => {
    const lines = parseDiff(['--- a', '+++ b', '@@ -1,2 +1,2 @@', '--- not a head', '+++ nor this'].join('\n'))
    expect(lines.map((l) => l.kind)).toEqual(['del', 'add'])
  })

  it('is empty for no change', () => expect(parseDiff('')).toEqual([]))

  it.each([
    ['an entry put in', addedDiff('notion'), { added: 4, removed: 0, commas: 1, changed: 0 }],
    ['an entry taken out', removedDiff('notion'), { added: 1, removed: 5, commas: 0, changed: 0 }],
    [
      'a word put in',
      ['@@ -1 +1 @@', '-name: a', '+name: a b'].join('\n'),
      { added: 0, removed: 0, commas: 0, changed: 1 },
    ],
  ])('counts %s', (_, diff, want) => expect(diffSize(diff)).toEqual(want))
})
