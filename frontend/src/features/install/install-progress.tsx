import { CircleCheck } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobView } from '@/backend'
import { useApps, useCancelJob, useShowSignIn } from '@/backend/queries'
import { type StageRecord, stagesOf } from '@/backend/stage-log'
import { JobLog } from '@/features/activity/job-log'
import { bytes, list, seconds } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Rows } from '@/ui/card'
import { cn } from '@/ui/cn'
import { SheetFoot } from '@/ui/dialog'
import { ProgressBar, Ring } from '@/ui/ring'
import { drafts } from './drafts'
import type { InstallTarget } from './install-context'

import { overall, type Stage, stages } from './progress'
import { StepRail } from './step-rail'

type Props = { target: InstallTarget; job: JobView; onClose: () => void }

/** The stages as they happen, with what each took. Leaving is allowed; cancel puts everything back. */
export function InstallProgress({ target, job, onClose }: Props) {
  const { t } = useTranslation()
  const cancel = useCancelJob()
  const apps = useApps()
  const now = useNow(500)
  const value = overall(job)
  const percent = Math.round(value * 100)
  const title = target.title
  const chosen = drafts.get(target.ref)?.chosen ?? []
  const names = (apps.data ?? []).filter((a) => chosen.includes(a.id)).map((a) => a.name)
  const seen = stagesOf(job.id)
  const at = stages.findIndex(([s]) => s === job.progress.stage)
  // A stage that was passed over did not happen; one that is still ahead is shown, except the one that is rare.
  const shown = stages.filter(
    ([s], i) => seen.some((r) => r.stage === s) || (i > at && s !== 'runtime' && s !== 'signin') || i === at,
  )

  return (
    <>
      <StepRail
        form={target}
        category={target.category}
        label={t('sheet.steps')}
        foot={t('progress.foot')}
        steps={[
          { key: 'plan', title: t('plan.title'), text: t('plan.agreed'), state: 'done' },
          { key: 'settings', title: t('sheet.settings'), text: t('sheet.filled'), state: 'done' },
          {
            key: 'apps',
            title: t('sheet.apps'),
            text: names.length > 0 ? list(names) : t('sheet.no-app-chosen'),
            state: 'done',
          },
          { key: 'install', title: t('sheet.install'), text: t('percent', { percent }), state: 'now' },
        ]}
      />
      <div className="flex min-w-0 grow flex-col">
        <div className="min-h-0 grow overflow-y-auto px-6 pt-5.5 pb-6">
          <h1 className="display text-sheet">{t('progress.title', { title })}</h1>
          <div className="mt-3.5 mb-4.5 flex items-center gap-3">
            <ProgressBar value={value} label={t('progress.title', { title })} className="grow" />
            <span className="num w-11 text-right text-ink-2 text-second">{t('percent', { percent })}</span>
          </div>
          <Rows>
            {shown.map(([stage]) => (
              <StageRow
                key={stage}
                stage={stage}
                names={names}
                record={seen.find((r) => r.stage === stage)}
                job={job}
                now={now}
              />
            ))}
          </Rows>
          <JobLog job={job} className="mt-3" />
        </div>
        <SheetFoot remark={t('progress.cancel-remark')}>
          <Button size="lg" tone="quiet" onClick={() => cancel.mutate(job.id)}>
            {t('cancel')}
          </Button>
          <Button size="lg" onClick={onClose}>
            {t('progress.background')}
          </Button>
        </SheetFoot>
      </div>
    </>
  )
}

/** The page to sign in at may have been closed. */
function PageAgain() {
  const { t } = useTranslation()
  const show = useShowSignIn()
  return <TextButton onClick={() => show.mutate(undefined)}>{t('signin.page-again')}</TextButton>
}

type RowProps = { stage: Stage; names: string[]; record: StageRecord | undefined; job: JobView; now: number }

function StageRow({ stage, names, record, job, now }: RowProps) {
  const { t } = useTranslation('stages')
  const current = job.progress.stage === stage
  const { done, total, unit } = job.progress
  const took = record ? (current ? now : record.to) - record.from : 0
  const facts = [
    current && unit === 'bytes' && total > 0 && t('bytes-of', { done: bytes(done), total: bytes(total) }),
    !current && record?.unit === 'bytes' && record.done > 0 && bytes(record.done),
    took >= 100 && t('seconds', { n: seconds(took) }),
  ].filter((f) => f !== false)
  return (
    <li
      className={cn('flex items-start gap-3 px-4 py-3', !record && 'text-ink-3')}
      aria-current={current ? 'step' : undefined}
    >
      <span className="grid size-5.5 shrink-0 place-items-center">
        {current ? (
          <Ring className="size-5.5" value={total > 0 ? done / total : undefined} />
        ) : record ? (
          <CircleCheck aria-hidden className="size-5 text-ok" />
        ) : (
          <span aria-hidden className="size-4 rounded-full border-[1.5px] border-line-2" />
        )}
      </span>
      <div className="min-w-0 grow">
        <p className={cn('flex gap-3', current ? 'font-semibold' : 'font-medium')}>
          <span className="grow">
            {stage === 'apps' && names.length > 0 ? t('apps.title-names', { apps: list(names) }) : t(`${stage}.title`)}
          </span>
          <span className="meta num shrink-0 font-normal">{facts.join(' · ')}</span>
        </p>
        <p className="meta mt-px">{t(`${stage}.text`)}</p>
        {current && stage === 'signin' && <PageAgain />}
      </div>
      <span className="sr-only">{current ? t('state.now') : record ? t('state.done') : t('state.open')}</span>
    </li>
  )
}

/** The time, a few times a second while it is looked at. */
function useNow(every: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every)
    return () => clearInterval(timer)
  }, [every])
  return now
}
