import catalogue from '@text'
import { CircleCheck, CircleHelp, Info, type LucideIcon, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { FactView, ListingPage, SourceView } from '@/backend'
import { date, useAgo } from '@/text/format'
import { Card } from '@/ui/card'
import { cn } from '@/ui/cn'
import { ExternalLink, isWebAddress } from '@/ui/external-link'

/** Facts that speak against a server when they are so, or when they are not. */
const against = {
  yes: ['removed', 'copies'],
  no: ['remote-domain', 'back-link', 'status', 'started-here'],
}

const looks: Record<'good' | 'plain' | 'against' | 'unknown', [LucideIcon, string]> = {
  good: [CircleCheck, 'text-ok'],
  plain: [Info, 'text-ink-3'],
  against: [TriangleAlert, 'text-warn'],
  unknown: [CircleHelp, 'text-ink-3'],
}

function lookOf(f: FactView): keyof typeof looks {
  if (f.state === 'unknown') return 'unknown'
  if (against[f.state].includes(f.code)) return 'against'
  return f.state === 'yes' && f.code !== 'renamed' && f.code !== 'fork' ? 'good' : 'plain'
}

const words: Record<string, string> = catalogue.facts

/** The sentence for a fact, "" for one that this window has no words for. */
export function factText(f: FactView): string {
  const key = `${f.code}.${f.state}`
  const sentence = words[`${key}_${f.args.how ?? ''}`] ?? words[key] ?? ''
  // One pass: a value that looks like a placeholder stays as it is.
  return sentence.replace(/\{(\w+)\}/g, (gap, name: string) => {
    const value = f.args[name]
    if (value === undefined) return gap
    return /^\d{4}-\d\d-\d\d/.test(value) && name === 'date' ? date(value) : value
  })
}

/** Who is behind a server and what is known of it, each with who says so. No verdict, and gaps are said too. */
export function Facts({ page }: { page: ListingPage }) {
  const { t } = useTranslation()
  const told = page.facts.filter((f) => factText(f) !== '')
  const known = told.filter((f) => f.state !== 'unknown')
  const unknown = told.filter((f) => f.state === 'unknown')
  const code = page.listing.repository
  return (
    <Card>
      {known.length > 0 && (
        <ul className="py-1.5">
          {known.map((f) => (
            <Fact key={f.code} fact={f} age={page.age} />
          ))}
        </ul>
      )}
      {unknown.length > 0 && (
        <div className={cn('py-2.5', known.length > 0 && 'border-line border-t')}>
          <h3 className="meta px-3.5 font-medium">{t('listing.unknown')}</h3>
          <ul>
            {unknown.map((f) => (
              <li key={f.code} className="flex items-start gap-2.5 px-3.5 pt-1.25 text-ink-3 text-meta">
                <CircleHelp aria-hidden className="mt-px size-3.5 shrink-0" />
                <span className="min-w-0 [overflow-wrap:anywhere]">{factText(f)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {isWebAddress(code) && (
        <p className="border-line border-t px-3.5 py-2 not-only:border-t">
          <ExternalLink url={code}>{t('listing.source-code')}</ExternalLink>
        </p>
      )}
    </Card>
  )
}

function Fact({ fact, age }: { fact: FactView; age: SourceView[] }) {
  const { t } = useTranslation()
  const ago = useAgo()
  const [Icon, tone] = looks[lookOf(fact)]
  const source = age.find((s) => s.name === fact.origin)
  const dated = source?.source !== 'starter' && source?.synced
  return (
    <li className="flex items-start gap-2.5 px-3.5 py-2">
      <Icon aria-hidden className={cn('mt-px size-4 shrink-0', tone)} />
      <div className="min-w-0 text-second [overflow-wrap:anywhere]">
        {factText(fact)}
        <p className="meta">
          {fact.origin === ''
            ? t('behind.here')
            : dated
              ? t('behind.checked', { origin: fact.origin, ago: ago(dated) })
              : fact.origin}
        </p>
      </div>
    </li>
  )
}
