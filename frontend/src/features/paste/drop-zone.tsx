import { Download } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Opening, useBackend } from '@/backend'

/** A profile that somebody shared: it is no text to look through for servers. */
function isProfile(text: string): boolean {
  try {
    const said: unknown = JSON.parse(text)
    return typeof said === 'object' && said !== null && 'toolbay' in said && typeof said.toolbay === 'number'
  } catch {
    return false
  }
}

type Props = { onText: (text: string) => void; onOpening: (what: Opening) => void }

/** Files and text can be dropped anywhere on the window; while something is over it, it says so. */
export function DropZone({ onText, onOpening }: Props) {
  const { t } = useTranslation()
  const backend = useBackend()
  const [over, setOver] = useState(false)
  const depth = useRef(0)

  useEffect(() => {
    const off = backend.on('drop', (paths) => {
      depth.current = 0
      setOver(false)
      void backend.openFiles(paths).then((found) => {
        for (const o of found) onOpening(o)
      })
    })
    return off
  }, [backend, onOpening])

  useEffect(() => {
    const ours = (e: DragEvent) => {
      const types = e.dataTransfer?.types ?? []
      // Text that is moved inside a field of ours stays the field's own.
      if (e.target instanceof HTMLInputElement || e.target instanceof HTMLTextAreaElement) return false
      // WebKit on Linux calls a file a list of addresses until it is let go.
      return ['Files', 'text/plain', 'text/uri-list'].some((t) => types.includes(t))
    }
    const enter = (e: DragEvent) => {
      if (!ours(e)) return
      depth.current++
      setOver(true)
    }
    const leave = () => {
      depth.current = Math.max(0, depth.current - 1)
      if (depth.current === 0) setOver(false)
    }
    const stay = (e: DragEvent) => {
      if (ours(e)) e.preventDefault()
    }
    const drop = (e: DragEvent) => {
      depth.current = 0
      setOver(false)
      if (!ours(e)) return
      e.preventDefault()
      const text = e.dataTransfer?.getData('text/plain') || e.dataTransfer?.getData('text/uri-list') || ''
      const file = e.dataTransfer?.files[0]
      if (!file && text.trim() !== '' && !text.startsWith('file:')) onText(text)
      // A bundle, a folder and a profile come from the window itself, which knows where they are; other small files
      // are read as text.
      if (file && file.size <= 1 << 20 && !/\.(mcpb|dxt)$/i.test(file.name)) {
        void file.text().then(
          (content) => {
            if (!content.includes('\0') && !isProfile(content)) onText(content)
          },
          () => undefined, // a folder has no text
        )
      }
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('dragover', stay)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('dragover', stay)
      window.removeEventListener('drop', drop)
    }
  }, [onText])

  if (!over) return null
  return (
    <div className="pointer-events-none fixed inset-0 z-30 grid place-items-center bg-scrim p-6">
      <div className="grid size-full place-items-center rounded-xl border-2 border-accent border-dashed bg-panel/95">
        <div className="flex flex-col items-center gap-3 text-center">
          <span className="grid size-16 place-items-center rounded-[1.07rem] bg-sunken text-accent-text shadow-slot">
            <Download aria-hidden className="size-7" />
          </span>
          <p className="display text-statement">{t('paste.drop')}</p>
          <p className="text-ink-2">{t('paste.drop-text')}</p>
        </div>
      </div>
    </div>
  )
}
