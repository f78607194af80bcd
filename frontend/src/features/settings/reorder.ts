import { type PointerEvent, useCallback, useEffect, useRef, useState } from 'react'

/** The list with the entry of that name at another place; places out of reach are the nearest end. */
export function moved(ids: string[], id: string, to: number): string[] {
  const from = ids.indexOf(id)
  if (from < 0) return ids
  const rest = ids.filter((x) => x !== id)
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, id)
  return rest
}

/** Which place of these rows a height of the window lies at. */
export function placeAt(rows: { top: number; bottom: number }[], y: number): number {
  const at = rows.findIndex((r) => y < r.bottom)
  return at < 0 ? rows.length - 1 : at
}

/** Pressing an arrow several times is one change of the order. */
const settleMs = 700

/**
 * An order that a person changes with arrow keys, buttons or by dragging. It
 * is shown at once and handed to `save` when the person has stopped.
 */
export function useReorder(ids: string[], save: (ids: string[], done: () => void) => void) {
  const [mine, setMine] = useState<string[] | null>(null)
  const [dragged, setDragged] = useState('')
  const order = mine ?? ids
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const waiting = useRef<string[] | null>(null)
  const keep = useRef(save)
  keep.current = save

  const flush = useCallback(() => {
    clearTimeout(timer.current)
    const next = waiting.current
    waiting.current = null
    if (next)
      keep.current(next, () => {
        if (waiting.current === null) setMine(null)
      })
  }, [])
  useEffect(() => flush, [flush])

  const put = (next: string[]) => {
    setMine(next)
    waiting.current = next
    clearTimeout(timer.current)
    timer.current = setTimeout(flush, settleMs)
  }

  /** Moves one by so many places; gives the place it has then. */
  const move = (id: string, by: number): number => {
    const next = moved(order, id, order.indexOf(id) + by)
    if (next.join() !== order.join()) put(next)
    return next.indexOf(id)
  }

  const drag = (id: string, table: () => HTMLElement[]) => (e: PointerEvent) => {
    if (e.button !== 0) return
    e.preventDefault()
    let now = order
    setDragged(id)
    const follow = (p: globalThis.PointerEvent) => {
      const rows = table().map((r) => r.getBoundingClientRect())
      const next = moved(now, id, placeAt(rows, p.clientY))
      if (next.join() === now.join()) return
      now = next
      setMine(next)
    }
    const end = (p: globalThis.Event) => {
      window.removeEventListener('pointermove', follow)
      window.removeEventListener('pointerup', end)
      window.removeEventListener('pointercancel', end)
      setDragged('')
      if (p.type === 'pointercancel') setMine(null)
      else if (now !== order) put(now)
    }
    window.addEventListener('pointermove', follow)
    window.addEventListener('pointerup', end)
    window.addEventListener('pointercancel', end)
  }

  return { order, dragged, move, drag }
}
