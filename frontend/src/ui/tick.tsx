import { type ReactNode, useId } from 'react'
import { Checkbox } from './checkbox'

type Props = {
  label: string
  text?: string | undefined
  /** a small picture before the words */
  icon?: ReactNode
  checked: boolean
  onChange: (on: boolean) => void
}

/** A row of a list that can be ticked. */
export function Tick({ label, text, icon, checked, onChange }: Props) {
  const id = useId()
  return (
    <li className="flex min-h-10.5 items-center gap-3 px-3.5 py-1.5">
      <Checkbox checked={checked} onCheckedChange={onChange} aria-labelledby={id} />
      {icon}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a larger target for the pointer; the box has the keyboard */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div className="min-w-0 grow" onClick={() => onChange(!checked)}>
        <p id={id} className="truncate font-[550]">
          {label}
        </p>
        {text && <p className="meta line-clamp-2">{text}</p>}
      </div>
    </li>
  )
}
