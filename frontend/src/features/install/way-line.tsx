import { ChevronDown, ChevronRight, Route } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Way } from '@/backend'
import { useWayWords, Ways } from '@/features/listing/ways'
import { TextButton } from '@/ui/button'

type Props = {
  ways: Way[]
  value: number
  onChange: (index: number) => void
  /** the chosen way does not work now, so the others stand open */
  failed: boolean
}

/** The chosen way to get it in one line; the others open below it. */
export function WayLine({ ways, value, onChange, failed }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const words = useWayWords()
  const [wanted, setWanted] = useState(false)
  const chosen = ways.find((w) => w.index === value)
  const others = ways.filter((w) => w.index !== value && w.usable).length
  const needed = failed && others > 0
  const open = wanted || needed
  if (!chosen || ways.length < 2) return null
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <div className="mt-3">
      <div className="flex min-h-6 flex-wrap items-center gap-x-2 gap-y-1 text-second">
        <Route aria-hidden className="size-3.5 shrink-0 text-accent-text" />
        {needed ? (
          <p className="font-[550]">{t('sheet.choose-way')}</p>
        ) : (
          <>
            <p className="min-w-0 grow basis-60">
              <span className="font-[550]">{words(chosen).title}</span>{' '}
              <span className="text-ink-3">{words(chosen).why}</span>
            </p>
            <TextButton aria-expanded={open} aria-controls={id} onClick={() => setWanted(!open)}>
              {t('sheet.other-ways', { count: ways.length - 1 })}
              <Chevron aria-hidden className="size-3.5" />
            </TextButton>
          </>
        )}
      </div>
      <div id={id} hidden={!open} className="mt-2">
        {open && <Ways ways={ways} value={value} onChange={onChange} />}
      </div>
    </div>
  )
}
