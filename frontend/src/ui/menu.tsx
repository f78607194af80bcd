import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
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
}: {
  onClick: () => void
  children: ReactNode
  destructive?: boolean
}) {
  return (
    <Base.Item onClick={onClick} className={cn(item, destructive && 'text-bad')}>
      {children}
    </Base.Item>
  )
}

export function MenuChoice({
  checked,
  onClick,
  children,
}: {
  checked: boolean
  onClick: () => void
  children: ReactNode
}) {
  return (
    <Base.CheckboxItem checked={checked} onCheckedChange={onClick} closeOnClick className={item}>
      <span className="grid size-4 place-items-center">
        {checked && <Check aria-hidden className="size-3.5 text-accent-text" />}
      </span>
      {children}
    </Base.CheckboxItem>
  )
}
