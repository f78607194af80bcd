import type { ReactNode } from 'react'
import { cn } from './cn'

/** A heading with a quiet remark after it and an action at the end of the line. */
export function SectionHead({
  title,
  remark,
  action,
  className,
}: {
  title: ReactNode
  remark?: ReactNode
  action?: ReactNode
  className?: string
}) {
  return (
    <div className={cn('flex items-baseline gap-2.5', className ?? 'mt-4.5 mb-2.5')}>
      <h2 className={cn('min-w-0 text-section tracking-[-0.008em]', remark ? 'shrink-0' : '')}>{title}</h2>
      {remark && <span className="meta min-w-0 truncate">{remark}</span>}
      {action && <span className="ml-auto shrink-0">{action}</span>}
    </div>
  )
}

/** Page title with what belongs beside it. */
export function PageHead({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="flex min-h-13.5 shrink-0 flex-wrap items-center gap-x-3.5 gap-y-2 px-7 pt-5.5 pb-2 narrow:px-5">
      <h1 className="display grow text-page">{title}</h1>
      {children}
    </header>
  )
}

/** What a screen is made of below its head: scrolls by itself. */
export function PageBody({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={cn('min-h-0 grow overflow-y-auto px-7 pt-1.5 pb-7 narrow:px-5', className)}>{children}</div>
}
