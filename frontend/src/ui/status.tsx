import {
  CircleAlert,
  CircleArrowUp,
  CircleCheck,
  CircleDashed,
  Clock,
  KeyRound,
  LogIn,
  type LucideIcon,
  Power,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './cn'

const tones = {
  ok: ['text-ok', 'bg-ok-soft', CircleCheck],
  update: ['text-accent-text', 'bg-accent-soft', CircleArrowUp],
  key: ['text-warn', 'bg-warn-soft', KeyRound],
  'sign-in': ['text-warn', 'bg-warn-soft', LogIn],
  old: ['text-warn', 'bg-warn-soft', Clock],
  bad: ['text-bad', 'bg-bad-soft', CircleAlert],
  off: ['text-off', 'bg-off-soft', Power],
  untested: ['text-off', 'bg-off-soft', CircleDashed],
} as const satisfies Record<string, readonly [string, string, LucideIcon]>

export type StatusTone = keyof typeof tones

/** A state as colour, icon and word. In lists bare, alone with a ground (pill). */
export function Status({
  tone,
  pill = false,
  children,
  className,
}: {
  tone: StatusTone
  pill?: boolean
  children: ReactNode
  className?: string
}) {
  const [text, ground, Icon] = tones[tone]
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1.5 font-[550] whitespace-nowrap',
        text,
        pill ? cn('h-6 rounded-full pr-2.25 pl-1.75 text-meta', ground) : 'text-second',
        className,
      )}
    >
      <Icon aria-hidden className="size-3.5" />
      {children}
    </span>
  )
}
