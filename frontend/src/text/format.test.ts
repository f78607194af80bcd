import { describe, expect, it } from 'vitest'
import { i18next } from '.'
import { bytes, daysAgo, list, seconds, shortPath } from './format'

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [4_200_000, '4.2 MB'],
    [31_000_000, '31 MB'],
    [999_999_999, '1.0 GB'],
  ])('%d bytes read %s', (n, want) => expect(bytes(n)).toBe(want))
})

it.each([
  [812, '0.8'],
  [9_949, '9.9'],
  [12_300, '12'],
])('%d ms read %s seconds', (ms, want) => expect(seconds(ms)).toBe(want))

it('counts calendar days, not hours', () => {
  const now = new Date(2026, 10, 22, 0, 30)
  expect(daysAgo(new Date(2026, 10, 21, 23, 50).toISOString(), now)).toBe(1)
  expect(daysAgo(new Date(2026, 10, 22, 0, 10).toISOString(), now)).toBe(0)
})

it('joins names as a person would', () =>
  expect(list(['Cursor', 'VS Code', 'Codex'])).toBe('Cursor, VS Code and Codex'))

it('puts hostile values in as plain text', () => {
  const title = '$t(cancel) {percent} <b>&amp;'
  expect(i18next.t('get.get-name', { title })).toBe(`Get ${title}`)
})

it.each([
  ['/home/maria/Documents/Notion files', 'Documents › Notion files'],
  ['C:\\Users\\Maria\\Documents', 'Maria › Documents'],
  ['eu', 'eu'],
  ['postgres/shop', 'postgres/shop'],
])('shows the path %s as %s', (path, want) => expect(shortPath(path)).toBe(want))
