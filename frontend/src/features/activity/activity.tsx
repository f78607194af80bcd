import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ChangeView, toWords } from '@/backend'
import { useHistory, useJobs } from '@/backend/queries'
import { Notices } from '@/features/notices/notices'
import { date, daysAgo } from '@/text/format'
import { Empty } from '@/ui/empty'
import { FindField } from '@/ui/field'
import { LoadProblem } from '@/ui/problem'
import { PageBody, PageHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { ChangeLine } from './change-line'
import { JobLine } from './job-line'

/** What Toolbay did, newest first; what it is doing now stands on top. */
export function Activity() {
  const { t } = useTranslation()
  const history = useHistory()
  const jobs = useJobs()
  const [find, setFind] = useState('')
  const hit = (title: string) => title.toLowerCase().includes(find.toLowerCase().trim())
  const running = (jobs.data ?? [])
    .filter((j) => j.state === 'running' || j.state === 'failed')
    .filter((j) => hit(j.title))
  const changes = (history.data ?? []).filter((c) => hit(c.title))
  const days = groupByDay(changes)
  const dayName = (c: ChangeView) => {
    const n = daysAgo(c.time)
    if (n === 0) return t('activity.today', { date: date(c.time) })
    return n === 1 ? t('activity.yesterday') : date(c.time)
  }
  const nothing = running.length === 0 && changes.length === 0
  return (
    <>
      <PageHead title={t('nav.activity')}>
        {(history.data?.length ?? 0) > 0 && <FindField label={t('activity.find')} value={find} onChange={setFind} />}
      </PageHead>
      <PageBody>
        <Notices />
        {history.isPending ? (
          <SkeletonRows rows={5} label={t('loading')} />
        ) : history.isError ? (
          <LoadProblem words={toWords(history.error)} onRetry={() => void history.refetch()} />
        ) : nothing ? (
          <Empty title={find ? t('activity.none-for', { text: find }) : t('activity.empty')}>
            {!find && t('activity.empty-text')}
          </Empty>
        ) : (
          <>
            {running.length > 0 && (
              <Timeline title={t('activity.now')}>
                {running.map((j) => (
                  <JobLine key={j.id} job={j} />
                ))}
              </Timeline>
            )}
            {days.map((day) => (
              <Timeline key={day[0]?.id} title={day[0] ? dayName(day[0]) : ''}>
                {day.map((c) => (
                  <ChangeLine key={c.id} change={c} />
                ))}
              </Timeline>
            ))}
          </>
        )}
      </PageBody>
    </>
  )
}

function groupByDay(changes: ChangeView[]): ChangeView[][] {
  const out: ChangeView[][] = []
  for (const c of changes) {
    const day = out.at(-1)
    if (day?.[0] && daysAgo(day[0].time) === daysAgo(c.time)) day.push(c)
    else out.push([c])
  }
  return out
}

function Timeline({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title} className="mb-2">
      <h2 className="py-2 text-second">{title}</h2>
      <ul className="relative before:absolute before:inset-y-0 before:left-[0.8125rem] before:w-[1.5px] before:bg-line">
        {children}
      </ul>
    </section>
  )
}
