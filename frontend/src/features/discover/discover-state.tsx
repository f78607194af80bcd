import { createContext, type ReactNode, type RefObject, use, useMemo, useRef, useState } from 'react'
import type { SearchQuery } from '@/backend'

export type Filters = Omit<SearchQuery, 'limit' | 'offset'>

export const start: Filters = { text: '', category: 'for-you', source: '', filters: [], sort: '' }

type DiscoverState = {
  filters: Filters
  change: (part: Partial<Filters>) => void
  /** where the list stood when the screen was left */
  scroll: RefObject<number>
}

const Context = createContext<DiscoverState | null>(null)

/** Kept above the screens: coming back from a listing finds Discover as it was. */
export function DiscoverStateProvider({ children }: { children: ReactNode }) {
  const [filters, setFilters] = useState(start)
  const scroll = useRef(0)
  const state = useMemo<DiscoverState>(
    () => ({
      filters,
      scroll,
      change: (part) => {
        scroll.current = 0
        setFilters((old) => {
          const next = { ...old, ...part }
          // Words are looked for everywhere; the start page is only for looking around.
          if (part.text && old.category === 'for-you') next.category = ''
          if (part.text === '' && old.text !== '' && old.category === '') next.category = 'for-you'
          return next
        })
      },
    }),
    [filters],
  )
  return <Context value={state}>{children}</Context>
}

export function useDiscoverState(): DiscoverState {
  const state = use(Context)
  if (!state) throw new Error('DiscoverStateProvider is missing')
  return state
}
