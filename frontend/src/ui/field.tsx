import type { LucideIcon } from 'lucide-react'
import { CircleAlert, Eye, EyeOff, Search, X } from 'lucide-react'
import { type ComponentProps, type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cn } from './cn'

const frame =
  'flex items-center gap-2.25 rounded-md border border-control bg-card px-2.75 text-ink has-[input:focus-visible]:border-ring has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-ring has-[input:focus-visible]:outline-offset-1 has-[input[aria-invalid=true]]:border-bad'

type FieldProps = Omit<ComponentProps<'input'>, 'size'> & {
  icon?: LucideIcon
  height?: string
  /** stands inside the frame, at its end */
  end?: ReactNode
}

/** A text field: frame, icon, input and what stands at its end. */
export function Field({ icon: Icon, end, height = 'h-9.5', className, ...rest }: FieldProps) {
  return (
    <div className={cn(frame, height, className)}>
      {Icon && <Icon aria-hidden className="size-4 shrink-0 text-ink-3" />}
      <input
        spellCheck={false}
        autoComplete="off"
        {...rest}
        className="h-full min-w-0 grow bg-transparent text-body outline-none select-text"
      />
      {end}
    </div>
  )
}

/** A field for a key: hidden until asked to show. */
export function SecretField(props: Omit<FieldProps, 'type' | 'end'>) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(false)
  const Icon = shown ? EyeOff : Eye
  return (
    <Field
      {...props}
      type={shown ? 'text' : 'password'}
      end={
        <button
          type="button"
          aria-label={shown ? t('field.hide') : t('field.show')}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
          className="-mr-1 grid size-7 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
        >
          <Icon aria-hidden className="size-4" />
        </button>
      }
    />
  )
}

type SearchProps = { label: string; value: string; onChange: (v: string) => void; className?: string }

/** The small "find in" field of a page head. */
export function FindField({ label, value, onChange, className }: SearchProps) {
  const { t } = useTranslation()
  return (
    <Field
      icon={Search}
      height="h-8.5"
      className={cn('w-55', className)}
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(e) => onChange(e.target.value)}
      onKeyDown={(e) => {
        if (e.key === 'Escape') onChange('')
      }}
      end={
        value !== '' && (
          <button
            type="button"
            aria-label={t('field.clear')}
            onClick={() => onChange('')}
            className="-mr-1 grid size-6 place-items-center rounded-xs text-ink-3 hover:text-ink"
          >
            <X aria-hidden className="size-3.5" />
          </button>
        )
      }
    />
  )
}

/** Label above, help or what is wrong below; both are tied to the field for screen readers. */
export function Labelled({
  label,
  aside,
  help,
  wrong,
  children,
}: {
  label: ReactNode
  aside?: ReactNode
  help?: ReactNode
  wrong?: string
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode
}) {
  const id = useId()
  const below = wrong || help ? `${id}-below` : undefined
  return (
    <div className="min-w-0">
      <div className="mb-1 flex min-h-6 items-center gap-1.5">
        <label htmlFor={id} className="min-w-0 font-[550] text-ui">
          {label}
        </label>
        {aside && <span className="ml-auto shrink-0">{aside}</span>}
      </div>
      {children({ id, 'aria-describedby': below, 'aria-invalid': wrong ? true : undefined })}
      {wrong ? (
        <p id={below} className="mt-1.5 flex items-start gap-1.5 font-medium text-bad text-meta">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          {wrong}
        </p>
      ) : (
        help && (
          <p id={below} className="meta mt-1.5">
            {help}
          </p>
        )
      )}
    </div>
  )
}

/** The first wrong field has the focus, once the next paint has marked it. */
export function focusWrong(within: HTMLElement | null): void {
  requestAnimationFrame(() => within?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
}
