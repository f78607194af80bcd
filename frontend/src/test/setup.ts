import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { drafts } from '@/features/install/drafts'
import { toastStay } from '@/ui/toast'
import './computed-style'
import '@/text'

configure({ asyncUtilTimeout: 60_000 })
toastStay.ms = 600_000

// What jsdom lacks: layout. Everything is as large as a window, so that the virtual list shows its rows.
Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { configurable: true, get: () => 800 },
  offsetWidth: {
    configurable: true,
    get(this: HTMLElement) {
      return this.tagName === 'SPAN' ? 50 : 1000
    },
  },
  clientWidth: { configurable: true, get: () => 1000 },
  clientHeight: { configurable: true, get: () => 800 },
})
Element.prototype.scrollIntoView = () => undefined
Element.prototype.scrollTo = () => undefined
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
}
window.matchMedia = (query) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }) as unknown as MediaQueryList
window.scrollTo = () => undefined
if (!Element.prototype.getAnimations) Element.prototype.getAnimations = () => []
if (!window.PointerEvent) window.PointerEvent = MouseEvent as typeof PointerEvent

// It is noon whenever the tests run, and the clock goes on from there: "20 minutes ago" is today, "26 hours ago" is
// yesterday.
const toNoon = new Date().setHours(12, 0, 0, 0) - Date.now()
globalThis.Date = new Proxy(Date, {
  construct: (real, args: [number]) => (args.length > 0 ? new real(...args) : new real(real.now() + toNoon)),
  get: (real, key) => (key === 'now' ? () => real.now() + toNoon : Reflect.get(real, key)),
})

/** A test that makes the console speak has found something, or causes something: either way it fails. */
const said: string[] = []
beforeEach(() => {
  said.length = 0
  for (const level of ['error', 'warn', 'log', 'info'] as const) {
    vi.spyOn(console, level).mockImplementation((...args: unknown[]) => {
      said.push(`${level}: ${args.map(String).join(' ')}`)
    })
  }
})
afterEach(() => {
  cleanup()
  drafts.clear()
  const heard = [...said]
  vi.restoreAllMocks()
  expect(heard, 'written to the console').toEqual([])
})
