import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { type Opening, useBackend } from '@/backend'
import { useInstallSheet } from '@/features/install/install-context'
import { useProjects } from '@/features/projects/projects-context'
import { DropZone } from './drop-zone'
import { PasteSheet } from './paste-sheet'

type PasteControl = {
  /** opens the box; a text is looked through at once */
  open: (text?: string) => void
}

const Context = createContext<PasteControl | null>(null)

/** The box that takes anything, the zone to drop on, and what the desktop opens with Toolbay: one way in. */
export function PasteProvider({ children }: { children: ReactNode }) {
  const backend = useBackend()
  const sheet = useInstallSheet()
  const projects = useProjects()
  // Each opening is a box of its own, so that nothing of the last text is left in it.
  const [box, setBox] = useState({ n: 0, open: false, text: '' })
  const control = useMemo<PasteControl>(
    () => ({ open: (text = '') => setBox((old) => ({ n: old.n + 1, open: true, text })) }),
    [],
  )
  const { take } = useMemo(
    () => ({
      take: ({ ref, kind }: Opening) => {
        if (kind === 'file') {
          const file = ref.split(/[\\/]/).at(-1) ?? ref
          sheet.open({ ref, pack: -1, title: file, publisher: '', category: '' })
        } else if (kind === 'profile') projects.openFile(ref)
        else if (kind === 'folder') projects.openFolder(ref)
        else control.open(ref)
      },
    }),
    [sheet, control, projects],
  )
  useEffect(() => {
    const off = backend.on('open', take)
    void backend.opened().then((all) => {
      for (const o of all) take(o)
    })
    return off
  }, [backend, take])
  return (
    <Context value={control}>
      {children}
      <PasteSheet
        key={box.n}
        first={box.text}
        open={box.open}
        onClose={() => setBox((old) => ({ ...old, open: false, text: '' }))}
        onAgain={control.open}
      />
      <DropZone onText={control.open} onOpening={take} />
    </Context>
  )
}

export function usePaste(): PasteControl {
  const control = use(Context)
  if (!control) throw new Error('PasteProvider is missing')
  return control
}
