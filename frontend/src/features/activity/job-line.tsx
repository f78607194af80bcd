import { CircleAlert, Download } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { JobView } from '@/backend'
import { useCancelJob } from '@/backend/queries'
import { overall, useStageWord } from '@/features/install/progress'
import { bytes, clockTime, count } from '@/text/format'
import { Button } from '@/ui/button'
import { Problem } from '@/ui/problem'
import { ProgressBar } from '@/ui/ring'
import { JobLog, useFailedOutput } from './job-log'
import { Line } from './line'

/** Work that is under way, or that ended badly and still wants to be read. */
export function JobLine({ job }: { job: JobView }) {
  const { t } = useTranslation()
  const stageWord = useStageWord()
  const cancel = useCancelJob()
  const printed = useFailedOutput(job)
  const title =
    job.kind === 'install'
      ? t('progress.title', { title: job.title })
      : job.kind === 'update' ||
          job.kind === 'compare' ||
          job.kind === 'sign-in' ||
          job.kind === 'adopt' ||
          job.kind === 'import'
        ? t(`jobs.${job.kind}`, { title: job.title })
        : job.kind === 'check'
          ? t('jobs.check')
          : job.title
  const sync = job.kind === 'sync'
  if (job.state === 'failed') {
    const failed = sync ? t('jobs.sync-failed') : t('jobs.failed', { title: job.title })
    return (
      <Line icon={CircleAlert} tone="bad" title={failed} time={clockTime(job.started)}>
        {job.error && <Problem className="mt-1 mr-14 mb-2 tight:mr-0" words={job.error} log={printed} />}
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
      <JobLog job={job} className="mr-14 mb-1.5 tight:mr-0" />
    </Line>
  )
}
