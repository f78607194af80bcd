import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useJobs } from '@/backend/queries'
import { overall, useStageWord } from '@/features/install/progress'
import { count } from '@/text/format'
import { Ring } from '@/ui/ring'
import { Tooltip } from '@/ui/tooltip'

/** What is under way, at the foot of the sidebar; leads to Activity. */
export function JobBox({ narrow }: { narrow: boolean }) {
  const { t } = useTranslation()
  const stageWord = useStageWord()
  const { data } = useJobs()
  const running = (data ?? []).filter((j) => j.state === 'running')
  const job = running[0]
  if (!job) return null
  // Nobody knows how long a list is before its end, so lists count what was read.
  const measured = running.filter((j) => j.kind !== 'sync')
  const value = measured.length > 0 ? measured.reduce((sum, j) => sum + overall(j), 0) / measured.length : undefined
  const percent = Math.round((value ?? 0) * 100)
  const read = running.reduce((sum, j) => sum + (j.kind === 'sync' ? j.progress.done : 0), 0)
  const title = running.length > 1 ? t('jobs.several', { count: running.length }) : job.title
  const text =
    value === undefined
      ? read > 0
        ? t('jobs.read', { stage: stageWord(job), n: count(read) })
        : stageWord(job)
      : running.length > 1
        ? t('percent', { percent })
        : t('jobs.stage', { stage: stageWord(job), percent })
  return (
    <Tooltip text={`${title}: ${text}`} enabled={narrow}>
      <Link
        to="/activity"
        aria-label={t('jobs.label', { title, text })}
        className="mb-2.5 flex items-center gap-2.5 rounded-md border border-line bg-card px-2.5 py-2.25 hover:border-line-2 narrow:justify-center narrow:p-1.5"
      >
        <Ring value={value} />
        <span className="min-w-0 grow narrow:hidden">
          <span className="block truncate font-[550] text-second leading-4.25">{title}</span>
          <span className="meta num block truncate">{text}</span>
        </span>
      </Link>
    </Tooltip>
  )
}
