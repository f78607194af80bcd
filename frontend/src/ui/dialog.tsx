import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog } from '@base-ui/react/dialog'
import { Info, TriangleAlert, Undo2, X } from 'lucide-react'
import { type ReactNode, type RefObject, useCallback, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './button'
import { cn } from './cn'

const backdrop =
  'fixed inset-0 z-20 bg-scrim transition-opacity duration-(--base) ease-out data-[starting-style]:opacity-0 data-[ending-style]:opacity-0'
const surface =
  'fixed inset-0 z-20 m-auto flex h-fit max-h-[calc(100%-2rem)] max-w-[calc(100%-2rem)] overflow-hidden rounded-xl bg-panel shadow-pop outline-none transition-[opacity,translate] duration-(--base) ease-out data-[starting-style]:translate-y-2 data-[starting-style]:opacity-0 data-[ending-style]:opacity-0 dark:shadow-[0_0_0_1px_var(--line-2),var(--shadow-pop)]'

/** A sheet over the window. Focus stays inside, Escape closes, and it goes back to where it came from. */
export function Sheet({
  open,
  onClose,
  label,
  className,
  children,
  initialFocus,
}: {
  open: boolean
  onClose: () => void
  label: string
  className?: string
  children: ReactNode
  initialFocus?: RefObject<HTMLElement | null>
}) {
  return (
    <Dialog.Root open={open} onOpenChange={(now) => !now && onClose()} disablePointerDismissal>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdrop} />
        <Dialog.Popup aria-label={label} className={cn(surface, className)} initialFocus={initialFocus}>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** A sheet's title with the way out; what it says may change while it is open. */
export function SheetHead({ title, onClose }: { title: string; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <div className="flex items-start justify-between gap-3">
      <h1 className="display text-sheet" aria-live="polite">
        {title}
      </h1>
      <Button tone="quiet" size="sm" square aria-label={t('close')} onClick={onClose} className="-mr-1.5">
        <X aria-hidden className="size-4" />
      </Button>
    </div>
  )
}

/** A sheet's end: what holds or is still missing, and its buttons. */
export function SheetFoot({
  remark,
  warn = false,
  undo = false,
  children,
}: {
  remark: string
  warn?: boolean
  /** what the remark says is that there is a way back */
  undo?: boolean
  children: ReactNode
}) {
  const Icon = warn ? TriangleAlert : undo ? Undo2 : Info
  return (
    <footer className="flex shrink-0 flex-wrap items-center justify-end gap-2.5 border-line border-t bg-panel px-6 py-3.5">
      <p
        role="status"
        className={`flex min-w-0 grow basis-50 items-center gap-1.5 text-meta ${warn ? 'font-medium text-warn' : 'text-ink-3'}`}
      >
        <Icon aria-hidden className="size-3.5 shrink-0" />
        {remark}
      </p>
      {children}
    </footer>
  )
}

/** Whether a box has more than it shows: then the keyboard must reach it, to scroll it. */
function useOverflows() {
  const [overflows, setOverflows] = useState(false)
  const watch = useCallback((box: HTMLElement | null) => {
    if (!box) return
    const measure = () => setOverflows(box.scrollHeight > box.clientHeight + 1)
    const seen = new ResizeObserver(measure)
    seen.observe(box)
    for (const child of box.children) seen.observe(child)
    const grown = new MutationObserver(measure)
    grown.observe(box, { childList: true, subtree: true })
    return () => {
      seen.disconnect()
      grown.disconnect()
    }
  }, [])
  return { overflows, watch }
}

/** A small dialog with a title: for a change to look at, or a key to type. */
export function Panel({
  open,
  onClose,
  title,
  text,
  children,
  foot,
  wide = false,
}: {
  open: boolean
  onClose: () => void
  title: string
  text?: string
  children?: ReactNode
  foot: ReactNode
  wide?: boolean
}) {
  const { overflows, watch } = useOverflows()
  const popup = useRef<HTMLDivElement>(null)
  // What is pressed in a dialog that lies over this one is not meant for this one.
  const onTop = () => [...document.querySelectorAll('[data-panel]')].at(-1) === popup.current
  return (
    <Dialog.Root open={open} onOpenChange={(now) => !now && onTop() && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdrop} />
        <Dialog.Popup ref={popup} data-panel className={cn(surface, 'flex-col', wide ? 'w-180' : 'w-120')}>
          <div
            ref={watch}
            tabIndex={overflows ? 0 : undefined}
            role="group"
            aria-label={title}
            className="min-h-0 overflow-y-auto px-6 pt-5.5 pb-5"
          >
            <Dialog.Title className="display text-statement">{title}</Dialog.Title>
            {text && <Dialog.Description className="mt-1 text-ink-2">{text}</Dialog.Description>}
            {children}
          </div>
          <div className="flex shrink-0 flex-wrap items-center justify-end gap-2.5 border-line border-t px-6 py-3.5">
            {foot}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Asks before what cannot be undone. The safe choice has the focus. */
export function Confirm({
  open,
  onClose,
  title,
  text,
  keep,
  doIt,
  onConfirm,
}: {
  open: boolean
  onClose: () => void
  title: string
  text: string
  keep: string
  doIt: ReactNode
  onConfirm: () => void
}) {
  return (
    <AlertDialog.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={backdrop} />
        <AlertDialog.Popup className={cn(surface, 'w-115 flex-col px-5 pt-4.5 pb-4')}>
          <AlertDialog.Title className="text-section">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-1.5 text-ink-2 text-ui">{text}</AlertDialog.Description>
          <div className="mt-4 flex justify-end gap-2">
            <AlertDialog.Close render={<Button>{keep}</Button>} />
            <Button
              tone="destructive"
              onClick={() => {
                onConfirm()
                onClose()
              }}
            >
              {doIt}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
