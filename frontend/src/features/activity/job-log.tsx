import { useTranslation } from 'react-i18next'
import type { JobView } from '@/backend'
import { useJobOutput } from '@/backend/queries'
import { stagesOf } from '@/backend/stage-log'
import { isStage } from '@/features/install/progress'
import { bytes, seconds } from '@/text/format'
import { Details, Log } from '@/ui/details'

/** What the work has gone through so far and what its programs print, for who wants to know. */
export function JobLog({ job, className }: { job: JobView; className?: string }) {
  return (
    <Details className={className}>
      <Lines job={job} />
    </Details>
  )
}

function Lines({ job }: { job: JobView }) {
  const { t } = useTranslation()
  const { t: s } = useTranslation('stages')
  const printed = useJobOutput(job)
  const steps = stagesOf(job.id).map((r) => {
    const name = isStage(r.stage) ? s(`${r.stage}.title`) : s('other.now')
    const facts = [
      r.unit === 'bytes' && r.done > 0 && bytes(r.done),
      r.to - r.from >= 100 && s('seconds', { n: seconds(r.to - r.from) }),
    ].filter((f) => f !== false)
    return [name, ...facts].join('  ')
  })
  return (
    <div className="flex flex-col gap-2">
      {steps.length > 0 && <Log label={t('details.steps')}>{steps.join('\n')}</Log>}
      {printed.length > 0 && (
        <Log label={t('details.log')} follow>
          {printed.join('\n')}
        </Log>
      )}
      {steps.length + printed.length === 0 && <p className="meta">{t('details.nothing-yet')}</p>}
    </div>
  )
}

/** What the programs of a failed job printed, as the text behind a problem's disclosure. */
export function useFailedOutput(job: JobView | undefined): string {
  return useJobOutput(job?.state === 'failed' ? job : undefined).join('\n')
}
