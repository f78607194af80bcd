import { ChevronDown } from 'lucide-react'
import { cn } from './cn'

type Props = {
  id?: string
  value: string
  onChange: (value: string) => void
  choices: string[]
  /** the word for no choice, where none is allowed */
  none?: string
  'aria-describedby'?: string
  'aria-invalid'?: true
}

/** The system's own list: it works with every reader and every keyboard. */
export function Select({ value, onChange, choices, none, ...rest }: Props) {
  return (
    <span className="relative block">
      <select
        {...rest}
        value={value}
        onChange={(e) => onChange(e.target.value)}
        className={cn(
          'h-9.5 w-full appearance-none rounded-md border border-control bg-card pr-8 pl-2.75 text-body text-ink focus-visible:outline-offset-1 aria-invalid:border-bad',
        )}
      >
        {(none !== undefined || value === '') && <option value="">{none}</option>}
        {choices.map((c) => (
          <option key={c} value={c}>
            {c}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-ink-3"
      />
    </span>
  )
}
