import { CircleAlert, Download } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { JobView } from '@/backend'
import { useCancelJob } from '@/backend/queries'
import { stagesOf } from '@/backend/stage-log'
import { isStage, overall, useStageWord } from '@/features/install/progress'
import { bytes, clockTime, count, seconds } from '@/text/format'
import { Button } from '@/ui/button'
import { Details, Log } from '@/ui/details'
import { Problem } from '@/ui/problem'
import { ProgressBar } from '@/ui/ring'
import { Line } from './line'

/** Work that is under way, or that ended badly and still wants to be read. */
export function JobLine({ job }: { job: JobView }) {
  const { t } = useTranslation()
  const stageWord = useStageWord()
  const cancel = useCancelJob()
  const title =
    job.kind === 'install'
      ? t('progress.title', { title: job.title })
      : job.kind === 'update' || job.kind === 'compare' || job.kind === 'sign-in'
        ? t(`jobs.${job.kind}`, { title: job.title })
        : job.kind === 'check'
          ? t('jobs.check')
          : job.title
  const sync = job.kind === 'sync'
  if (job.state === 'failed') {
    const failed = sync ? t('jobs.sync-failed') : t('jobs.failed', { title: job.title })
    return (
      <Line icon={CircleAlert} tone="bad" title={failed} time={clockTime(job.started)}>
        {job.error && <Problem className="mt-1 mr-14 mb-2 tight:mr-0" words={job.error} />}
      </Line>
    )
  }
  const { done, total, unit } = job.progress
  const text =
    unit === 'bytes' && total > 0
      ? t('jobs.bytes', { stage: stageWord(job), done: bytes(done), total: bytes(total) })
      : sync && done > 0
        ? t('jobs.read', { stage: stageWord(job), n: count(done) })
        : stageWord(job)
  return (
    <Line
      icon={Download}
      tone="run"
      title={title}
      text={text}
      time={t('time.short-now')}
      actions={
        <>
          {!sync && <ProgressBar value={overall(job)} label={title} className="w-37.5" />}
          <Button
            tone="quiet"
            size="sm"
            onClick={() => cancel.mutate(job.id)}
            aria-label={t('get.cancel', { title: job.title })}
          >
            {t('cancel')}
          </Button>
        </>
      }
    >
      <Steps job={job} />
    </Line>
  )
}

/** What the work has gone through so far, for who wants to know. */
function Steps({ job }: { job: JobView }) {
  const { t } = useTranslation()
  const { t: s } = useTranslation('stages')
  const steps = stagesOf(job.id)
  if (steps.length === 0) return null
  const lines = steps.map((r) => {
    const name = isStage(r.stage) ? s(`${r.stage}.title`) : s('other.now')
    const facts = [
      r.unit === 'bytes' && r.done > 0 && bytes(r.done),
      r.to - r.from >= 100 && s('seconds', { n: seconds(r.to - r.from) }),
    ].filter((f) => f !== false)
    return [name, ...facts].join('  ')
  })
  return (
    <Details className="mr-14 mb-1.5 tight:mr-0">
      <Log label={t('details.log')}>{lines.join('\n')}</Log>
    </Details>
  )
}
