import { ChevronRight } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cn } from './cn'

/** The second level: exact, technical, and closed until asked for. */
export function Details({
  children,
  label,
  hide,
  className,
}: {
  children: ReactNode
  label?: string
  /** the button's words while it is open, if they are others */
  hide?: string
  className?: string
}) {
  const { t } = useTranslation()
  const id = useId()
  const [open, setOpen] = useState(false)
  return (
    <div className={className}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="inline-flex min-h-6 items-center gap-1.25 rounded-xs font-medium text-ink-2 text-second hover:text-ink"
      >
        <ChevronRight
          aria-hidden
          className={cn('size-3.5 transition-transform duration-(--fast)', open && 'rotate-90')}
        />
        {(open && hide) || (label ?? (open ? t('details.hide') : t('details.show')))}
      </button>
      <div id={id} hidden={!open} className="mt-2">
        {open && children}
      </div>
    </div>
  )
}

/** What a program printed, or the technical cause of a failure. With follow it stays at its end as more comes. */
export function Log({ children, label, follow = false }: { children: string; label: string; follow?: boolean }) {
  const box = useRef<HTMLPreElement>(null)
  const read = useRef(false) // the reader has scrolled up
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new text moves the end
  useEffect(() => {
    if (follow && box.current && !read.current) box.current.scrollTop = box.current.scrollHeight
  }, [follow, children])
  return (
    <pre
      ref={box}
      onScroll={(e) => {
        const { scrollHeight, scrollTop, clientHeight } = e.currentTarget
        read.current = scrollHeight - scrollTop - clientHeight > 24
      }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard
      tabIndex={0}
      role="group"
      aria-label={label}
      className="selectable max-h-60 overflow-auto rounded-md border border-line bg-sunken px-3 py-2 font-mono text-code tracking-normal whitespace-pre-wrap"
    >
      {children}
    </pre>
  )
}
