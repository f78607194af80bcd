import type { LucideIcon } from 'lucide-react'
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './cn'

const tones = {
  neutral: ['bg-sunken text-ink-2 dark:bg-hover', 'text-ink-3', Info],
  info: ['bg-accent-soft text-ink', 'text-accent-text', Info],
  warn: ['bg-warn-soft text-ink', 'text-warn', TriangleAlert],
  bad: ['bg-bad-soft text-ink', 'text-bad', CircleAlert],
  ok: ['bg-ok-soft text-ink', 'text-ok', CircleCheck],
} as const

export type NoteProps = {
  tone?: keyof typeof tones
  icon?: LucideIcon
  children: ReactNode
  /** stands at the end of the line */
  action?: ReactNode
  className?: string
}

export function Note({ tone = 'neutral', icon, children, action, className }: NoteProps) {
  const [ground, color, standard] = tones[tone]
  const Icon = icon ?? standard
  return (
    <div className={cn('flex items-start gap-2.5 rounded-md px-3.25 py-2.75 text-second', ground, className)}>
      <Icon aria-hidden className={cn('mt-px size-4 shrink-0', color)} />
      <div className="min-w-0 grow">{children}</div>
      {action && <div className="-my-1 shrink-0">{action}</div>}
    </div>
  )
}
