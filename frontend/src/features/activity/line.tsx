import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from '@/ui/cn'

const tones = {
  plain: 'bg-card border-line-2 text-ink-3',
  ok: 'bg-card border-line-2 text-ok',
  bad: 'bg-bad-soft border-bad-mark text-bad',
  run: 'bg-accent-soft border-accent-soft-2 text-accent-text',
}

type Props = {
  icon: LucideIcon
  tone?: keyof typeof tones
  title: string
  text?: string
  time: string
  actions?: ReactNode
  children?: ReactNode
}

/** One thing that happened: node on the line, words, what can be done, when. */
export function Line({ icon: Icon, tone = 'plain', title, text, time, actions, children }: Props) {
  return (
    <li className="relative flex gap-3.5 py-1.5">
      <span aria-hidden className={cn('grid size-7 shrink-0 place-items-center rounded-md border', tones[tone])}>
        <Icon className="size-3.5" />
      </span>
      <div className="min-w-0 grow">
        <div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
          <p className="min-w-0 grow basis-60">
            <span className="font-[550]">{title}</span> {text && <span className="text-ink-3 text-second">{text}</span>}
          </p>
          {actions}
          <span className="meta num w-11 shrink-0 text-right">{time}</span>
        </div>
        {children}
      </div>
    </li>
  )
}
