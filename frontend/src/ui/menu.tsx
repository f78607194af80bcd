import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { count as formatCount } from '@/text/format'
import { cn } from './cn'

const item =
  'flex min-h-8 items-center gap-2.5 rounded-sm px-2.5 text-ui outline-none data-[highlighted]:bg-hover data-[disabled]:text-ink-off'

export function Menu({
  trigger,
  children,
  align = 'end',
}: {
  trigger: ReactElement
  children: ReactNode
  align?: 'start' | 'end'
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="z-30 outline-none" sideOffset={4} align={align}>
          <Base.Popup className="max-h-(--available-height) min-w-44 overflow-y-auto rounded-md border border-line-2 bg-card p-1 shadow-pop outline-none transition-opacity duration-(--fast) data-[starting-style]:opacity-0 data-[ending-style]:opacity-0">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export function MenuItem({
  onClick,
  children,
  destructive = false,
  disabled = false,
  apart = false,
}: {
  onClick: () => void
  children: ReactNode
  destructive?: boolean
  disabled?: boolean
  /** below choices, with a line between and its words under theirs */
  apart?: boolean
}) {
  return (
    <>
      {apart && <Base.Separator className="my-1 h-px bg-line" />}
      <Base.Item onClick={onClick} disabled={disabled} className={cn(item, destructive && 'text-bad')}>
        {apart && <span aria-hidden className="size-4 shrink-0" />}
        {children}
      </Base.Item>
    </>
  )
}

/** Choices that belong together, with what they are about. */
export function MenuGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Base.Group className="not-first:mt-1 not-first:border-line not-first:border-t not-first:pt-1">
      <Base.GroupLabel className="meta px-2.5 py-1">{label}</Base.GroupLabel>
      {children}
    </Base.Group>
  )
}

export function MenuChoice({
  checked,
  onClick,
  children,
  count,
  stay = false,
}: {
  checked: boolean
  onClick: () => void
  children: ReactNode
  /** how many it leaves */
  count?: number
  /** the menu stays open, for choosing several */
  stay?: boolean
}) {
  return (
    <Base.CheckboxItem checked={checked} onCheckedChange={onClick} closeOnClick={!stay} className={item}>
      <span className="grid size-4 shrink-0 place-items-center">
        {checked && <Check aria-hidden className="size-3.5 text-accent-text" />}
      </span>
      <span className="min-w-0">{children}</span>{' '}
      {count !== undefined && <span className="num ml-auto pl-4 text-ink-3 text-meta">{formatCount(count)}</span>}
    </Base.CheckboxItem>
  )
}

/** One of several: the one that holds is marked. */
export function MenuOneOf<T extends string>({
  value,
  onChange,
  choices,
}: {
  value: T
  onChange: (value: T) => void
  choices: { value: T; label: string }[]
}) {
  return (
    <Base.RadioGroup value={value} onValueChange={(v) => onChange(v as T)}>
      {choices.map((c) => (
        <Base.RadioItem key={c.value} value={c.value} closeOnClick className={item}>
          <span className="grid size-4 shrink-0 place-items-center">
            {c.value === value && <Check aria-hidden className="size-3.5 text-accent-text" />}
          </span>
          {c.label}
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  )
}
