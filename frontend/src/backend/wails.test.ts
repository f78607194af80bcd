import { afterEach, expect, it, vi } from 'vitest'
import { hasWails, wailsBackend } from './wails'

afterEach(() => {
  delete window.go
  delete window.runtime
})

it('knows a plain browser from the window', () => {
  expect(hasWails()).toBe(false)
  window.go = { app: { Window: {} } }
  expect(hasWails()).toBe(true)
})

it('calls the method of the same name with the same arguments', async () => {
  const ReplaceKey = vi.fn(async () => undefined)
  window.go = { app: { Window: { ReplaceKey } } }
  await wailsBackend.replaceKey('notion', '', 'TOKEN', 'v')
  expect(ReplaceKey).toHaveBeenCalledWith('notion', '', 'TOKEN', 'v')
})

it('rejects with words, whatever the Go side rejected with', async () => {
  window.go = { app: { Window: { Undo: () => Promise.reject({ code: 'file_drifted', message: 'm', hint: 'h' }) } } }
  await expect(wailsBackend.undo('c1', '')).rejects.toMatchObject({ code: 'file_drifted', action: '', args: {} })
  await expect(wailsBackend.apps()).rejects.toMatchObject({ code: 'unexpected' })
})

it('hands on events and stops when asked', () => {
  const off = vi.fn()
  const ears: Record<string, (...d: unknown[]) => void> = {}
  window.runtime = {
    EventsOn: (name, f) => {
      ears[name] = f
      return off
    },
    ClipboardSetText: async () => true,
  }
  const heard: string[] = []
  const stop = wailsBackend.on('changed', (what) => heard.push(what))
  ears.changed?.('apps')
  expect(heard).toEqual(['apps'])
  stop()
  expect(off).toHaveBeenCalled()
})

it('has a Go method for every call of the contract', async () => {
  const asked: string[] = []
  const Window = new Proxy({} as Record<string, () => Promise<unknown>>, {
    get: (_, name) => async () => asked.push(String(name)),
  })
  window.go = { app: { Window } }
  for (const [name, f] of Object.entries(wailsBackend)) {
    if (name !== 'on') await (f as (...a: unknown[]) => Promise<unknown>)('', '', '', '')
  }
  const names = Object.keys(wailsBackend).filter((n) => n !== 'on')
  expect(asked).toEqual(names.map((n) => n.charAt(0).toUpperCase() + n.slice(1)))
})
