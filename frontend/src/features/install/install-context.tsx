import { createContext, type ReactNode, use, useMemo, useState } from 'react'
import type { Listing } from '@/backend'
import { InstallSheet } from './install-sheet'

export type InstallTarget = { listing: Listing; pack: number }

type InstallSheetControl = { open: (listing: Listing, pack?: number) => void }

const Context = createContext<InstallSheetControl | null>(null)

/** The install sheet lies over every screen, so it can be asked for from any. */
export function InstallSheetProvider({ children }: { children: ReactNode }) {
  const [target, setTarget] = useState<InstallTarget | null>(null)
  const [open, setOpen] = useState(false)
  const control = useMemo<InstallSheetControl>(
    () => ({
      open: (listing, pack = -1) => {
        setTarget({ listing, pack })
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
        <InstallSheet
          key={`${target.listing.id} ${target.pack}`}
          target={target}
          open={open}
          onClose={() => setOpen(false)}
        />
      )}
    </Context>
  )
}

export function useInstallSheet(): InstallSheetControl {
  const control = use(Context)
  if (!control) throw new Error('InstallSheetProvider is missing')
  return control
}
