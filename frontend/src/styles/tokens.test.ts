import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync('src/styles/tokens.css', 'utf8')

function block(selector: string): Record<string, string> {
  const body = css.slice(css.indexOf(`${selector} {`)).split('}')[0] ?? ''
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]))
}

const light = block(':root')
const dark = { ...light, ...block('.dark') }

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number]
  return (x + 0.05) / (y + 0.05)
}

/** WCAG 2.2 AA: 4.5 for text, 3 for edges and icons; the pairs that occur, one line each. */
const text = `ink card, ink canvas, ink-2 card, ink-2 canvas, ink-2 bad-soft, ink-2 warn-soft,
  ink-3 card, ink-3 panel, ink-3 canvas, ink-3 sunken, ink-3 hover, ink-3 ok-soft, ink-3 bad-soft,
  accent-text card, accent-text panel, accent-text canvas, accent-text accent-soft, accent-text accent-soft-2,
  accent-text ok-soft, accent-text bad-soft, on-accent accent, on-accent accent-hover,
  ok card, ok ok-soft, warn card, warn warn-soft, bad card, bad bad-soft, bad canvas, off card, off off-soft,
  ink ok-mark, ink bad-mark, ink warn-mark, card ink, panel bad`
const edges = 'ink-off card, control card, control panel, control sunken, ring card, ring canvas, accent panel'

const pairs = [
  ...text.split(',').map((p) => [p.trim(), 4.5] as const),
  ...edges.split(',').map((p) => [p.trim(), 3] as const),
]

describe.each([
  ['light', light],
  ['dark', dark],
])('contrast in %s', (_, tokens) => {
  it.each(pairs)('%s is at least %d', (pair, least) => {
    const [front = '', back = ''] = pair.split(/\s+/)
    const a = tokens[front]
    const b = tokens[back]
    if (!a || !b) throw new Error(`no such token in ${pair}`)
    expect(contrast(a, b)).toBeGreaterThanOrEqual(least)
  })
})

it('dark sets every colour that light sets, except the mark', () => {
  const missing = Object.keys(light).filter((k) => !(k in block('.dark')) && k !== 'buoy')
  expect(missing).toEqual([])
})
