import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { useTranslation } from 'react-i18next'
import type { Way } from '@/backend'
import { cn } from '@/ui/cn'

const known = ['npm', 'pypi', 'oci', 'mcpb', 'remote', 'nuget', 'cargo'] as const
const titled = [...known, 'local', 'listing'] as const
const reasons = ['npm', 'pypi', 'oci', 'mcpb', 'remote', 'later'] as const

const becauses = ['only-way', 'works-in-all-apps', 'nothing-to-download', 'keeps-apart'] as const

/** What a way is called and why one would take it. */
export function useWayWords(): (way: Way) => { title: string; why: string } {
  const { t: w } = useTranslation('ways')
  const { t: b } = useTranslation('ways-because')
  return (way) => {
    const type = known.find((k) => k === way.type)
    const because = way.recommended && way.usable ? becauses.find((r) => r === way.because) : undefined
    const why = way.usable ? reasons.find((r) => r === way.why) : 'later'
    return { title: type ? w(`${type}.title`) : way.type, why: because ? b(because) : why ? w(`${why}.why`) : '' }
  }
}

/** What a kind of package is called. */
export function useKindWord(): (type: string) => string {
  const { t } = useTranslation('ways')
  return (type) => {
    const known = titled.find((k) => k === type)
    return known ? t(`${known}.title`) : ''
  }
}

/** The ways to get a server, one of them recommended and the reason why. */
export function Ways({
  ways,
  value,
  onChange,
}: {
  ways: Way[]
  value: number | undefined
  onChange: (index: number) => void
}) {
  const { t } = useTranslation()
  const words = useWayWords()
  if (ways.length === 0) return <p className="text-ink-2 text-second">{t('listing.no-way')}</p>
  return (
    <RadioGroup
      aria-label={t('listing.ways')}
      value={value ?? -1}
      onValueChange={(v) => onChange(Number(v))}
      className="overflow-hidden rounded-lg border border-line bg-card shadow-card"
    >
      {ways.map((way) => {
        const on = way.index === value
        const { title, why } = words(way)
        return (
          // biome-ignore lint/a11y/noLabelWithoutControl: the radio inside is a control of its own kind
          <label
            key={way.index}
            className={cn(
              'flex items-start gap-3 border-line px-3.5 py-2.5 not-first:border-t',
              on && 'bg-accent-soft',
              !way.usable && 'text-ink-3',
            )}
          >
            <Radio.Root
              value={way.index}
              disabled={!way.usable}
              className="mt-px grid size-4.5 shrink-0 place-items-center rounded-full border border-control bg-card data-[checked]:border-[5px] data-[checked]:border-accent data-[checked]:bg-on-accent data-[disabled]:opacity-50"
            >
              <Radio.Indicator />
            </Radio.Root>
            <span className="min-w-0">
              <span className="flex flex-wrap items-center gap-2 font-[550]">
                {title}{' '}
                {way.recommended && way.usable && (
                  <span className="inline-flex h-5 items-center rounded-full bg-accent-soft-2 px-2 font-[550] text-accent-text text-meta">
                    {t('listing.recommended')}
                  </span>
                )}
              </span>{' '}
              {why && <span className="meta mt-0.5 block">{why}</span>}
            </span>
          </label>
        )
      })}
    </RadioGroup>
  )
}
