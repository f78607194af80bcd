import { Layers } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { ListingPage, RecordView } from '@/backend'
import { list, useAgo } from '@/text/format'
import { Details } from '@/ui/details'

const fields = [
  'title',
  'description',
  'publisher',
  'repository',
  'website',
  'icon',
  'version',
  'license',
  'category',
  'needs',
  'sample',
  'caution',
  'status',
  'updated',
  'published',
  'packages',
  'tools',
  'tags',
  'vendor',
  'stars',
  'downloads',
] as const

/** How many lists have it, and behind a disclosure: which field is whose, and what each list says. */
export function Origins({ page }: { page: ListingPage }) {
  const { t } = useTranslation()
  const [first, ...others] = page.records
  if (!first) return null
  const names = [...new Set(others.map((r) => r.name))].filter((n) => n !== first.name)
  const count = names.length + 1
  return (
    <div className="mt-4 flex items-start gap-2 text-ink-3">
      <Layers aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <div className="min-w-0 grow">
        <p className="meta">
          {t('listing.merged', { count })} {names.length > 0 && t('listing.also', { names: list(names) })}
        </p>
        <Details label={t('listing.origins')} className="mt-0.5">
          <div className="overflow-hidden rounded-lg border border-line bg-card text-ink">
            {page.origins.length > 0 && <FieldTable page={page} />}
            <h3 className="meta border-line px-3 pt-2.5 font-medium not-first:border-t">{t('listing.records')}</h3>
            <ul className="*:not-first:border-line *:not-first:border-t">
              {page.records.map((r) => (
                <RecordItem key={`${r.source} ${r.id}`} record={r} />
              ))}
            </ul>
          </div>
        </Details>
      </div>
    </div>
  )
}

function FieldTable({ page }: { page: ListingPage }) {
  const { t } = useTranslation()
  return (
    <table className="w-full text-left text-second">
      <thead className="text-ink-3 text-meta">
        <tr className="*:px-3 *:pt-2 *:pb-1 *:font-medium">
          <th scope="col">{t('listing.field')}</th>
          <th scope="col">{t('listing.from')}</th>
        </tr>
      </thead>
      <tbody>
        {page.origins.map((o) => (
          <tr key={o.field} className="border-line border-t *:px-3 *:py-1.25">
            <th scope="row" className="font-normal text-ink-2">
              {t(`origin.${fields.find((f) => f === o.field) ?? 'other'}`)}
            </th>
            <td className="[overflow-wrap:anywhere]">{o.source}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function RecordItem({ record }: { record: RecordView }) {
  const { t } = useTranslation()
  const ago = useAgo()
  const meta = [
    record.version && t('listing.version', { version: record.version }),
    record.updated && t('listing.updated', { ago: ago(record.updated) }),
  ].filter(Boolean)
  return (
    <li className="px-3 py-2.25">
      <p className="flex flex-wrap items-baseline gap-x-2 text-second">
        <span className="font-[550]">{record.name}</span> <span className="meta">{meta.join(', ')}</span>
      </p>
      <p className="selectable mt-0.5 text-ink-2 text-second [overflow-wrap:anywhere]">
        <span className="font-[550] text-ink">{record.title}</span>
        {record.title && '. '}
        {record.description || t('listing.no-text')}
      </p>
    </li>
  )
}
