import { createContext, type ReactNode, use, useMemo, useState } from 'react'
import type { Listing } from '@/backend'
import { InstallSheet } from './install-sheet'

/** What the sheet is about: a listing, or a package that no list knows. */
export type InstallTarget = {
  ref: string
  /** index into the listing's packages, below 0 the recommended one */
  pack: number
  title: string
  publisher: string
  category: string
}

export function targetOf(listing: Listing, pack = -1): InstallTarget {
  const { id, title, publisher, category } = listing
  return { ref: id, pack, title, publisher, category }
}

type InstallSheetControl = { open: (target: InstallTarget) => void }

const Context = createContext<InstallSheetControl | null>(null)

/** The install sheet lies over every screen, so it can be asked for from any. */
export function InstallSheetProvider({ children }: { children: ReactNode }) {
  const [target, setTarget] = useState<InstallTarget | null>(null)
  const [open, setOpen] = useState(false)
  const control = useMemo<InstallSheetControl>(
    () => ({
      open: (next) => {
        setTarget(next)
        setOpen(true)
      },
    }),
    [],
  )
  return (
    <Context value={control}>
      {children}
      {/* The key makes a fresh sheet for another server, and keeps what was typed for the same one. */}
      {target && (
        <InstallSheet key={`${target.ref} ${target.pack}`} target={target} open={open} onClose={() => setOpen(false)} />
      )}
    </Context>
  )
}

export function useInstallSheet(): InstallSheetControl {
  const control = use(Context)
  if (!control) throw new Error('InstallSheetProvider is missing')
  return control
}
