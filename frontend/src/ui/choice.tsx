import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { count as formatCount } from '@/text/format'
import { cn } from './cn'

/** A filter that is on or off, with how many it leaves. */
export function Chip({
  on,
  onChange,
  children,
  count,
}: {
  on: boolean
  onChange: (on: boolean) => void
  children: ReactNode
  count?: number
}) {
  return (
    <Toggle
      pressed={on}
      onPressedChange={onChange}
      className="motion inline-flex h-7.5 shrink-0 items-center gap-1.5 rounded-full border border-line-2 bg-card px-2.75 font-medium text-ink-2 text-second whitespace-nowrap hover:bg-hover data-[pressed]:border-accent data-[pressed]:bg-accent-soft data-[pressed]:text-accent-text"
    >
      {on && <Check aria-hidden className="size-3.5" />}
      {children}{' '}
      {count !== undefined && (
        <span className={cn('num font-normal', on ? 'text-accent-text' : 'text-ink-3')}>{formatCount(count)}</span>
      )}
    </Toggle>
  )
}

export type Choice<T extends string> = { value: T; label: string; count?: number; mark?: string }

type OneOf<T extends string> = { label: string; value: T; onChange: (value: T) => void; choices: Choice<T>[] }

/** One of a few: arrow keys move between them. */
export function Segmented<T extends string>({ label, value, onChange, choices }: OneOf<T>) {
  return (
    <ToggleGroup
      aria-label={label}
      value={[value]}
      onValueChange={(v) => {
        if (v[0]) onChange(v[0] as T)
      }}
      className="inline-flex flex-wrap gap-0.5 rounded-[0.625rem] bg-sunken p-0.75 shadow-slot"
    >
      {choices.map((c) => (
        <Toggle
          key={c.value}
          value={c.value}
          className="motion inline-flex h-7 items-center gap-1.75 rounded-sm px-3 font-medium text-ink-2 text-second whitespace-nowrap hover:text-ink data-[pressed]:bg-card data-[pressed]:font-semibold data-[pressed]:text-ink data-[pressed]:shadow-[0_0_0_1px_var(--line-2)]"
        >
          {c.label}{' '}
          {c.count !== undefined && <span className="num font-normal text-ink-3">{formatCount(c.count)}</span>}
          {c.mark && (
            <span className="inline-flex items-center gap-1 font-medium text-meta text-ok">
              <Check aria-hidden className="size-3.5" />
              {c.mark}
            </span>
          )}
        </Toggle>
      ))}
    </ToggleGroup>
  )
}
