import { useTranslation } from 'react-i18next'
import { useRepairNotes } from '@/backend/queries'
import { clockTime, date } from '@/text/format'
import { Rows } from '@/ui/card'
import { Details, Log } from '@/ui/details'
import { SectionHead } from '@/ui/section'

/** What an app's file could not hold when it was repaired: comments, mostly. Nothing where there is none. */
export function KeptNotes({ app }: { app: string }) {
  const { t } = useTranslation()
  const notes = useRepairNotes(app).data ?? []
  if (notes.length === 0) return null
  return (
    <section aria-label={t('repair.kept')}>
      <SectionHead title={t('repair.kept')} remark={t('repair.kept-remark')} />
      <Rows>
        {notes.map((n) => (
          <li key={n.change} className="px-3.5 py-2.25">
            <Details label={t('repair.kept-at', { date: date(n.time), time: clockTime(n.time) })}>
              <Log label={t('repair.kept')}>{n.text}</Log>
            </Details>
          </li>
        ))}
      </Rows>
    </section>
  )
}
