import { CircleCheck, Clock, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AdoptRequest, type JobView, type Need, toWords } from '@/backend'
import { useAdopt, useApps, useCancelJob, useJobs } from '@/backend/queries'
import { Consent, Risks, riskKey, risksOf } from '@/features/install/consents'
import { overall, useStageWord } from '@/features/install/progress'
import { Restarts } from '@/features/install/restarts'
import { list } from '@/text/format'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { SheetFoot, SheetHead } from '@/ui/dialog'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { ProgressBar, Ring } from '@/ui/ring'
import { OlderCopies } from './older-copies'

/** A server whose taking over has begun. */
export type Started = { id: string; title: string; job: string; request: AdoptRequest }

type Props = { started: Started[]; onAgain: (s: Started) => void; onClose: () => void }

/** How it goes, one after the other, and what is left to do when all have ended. */
export function AdoptWork({ started, onAgain, onClose }: Props) {
  const { t } = useTranslation()
  const jobs = useJobs()
  const cancel = useCancelJob()
  const all = started.map((s) => ({ ...s, now: jobs.data?.find((j) => j.id === s.job) }))
  const running = all.filter((s) => !s.now || s.now.state === 'running')
  const done = all.filter((s) => s.now?.state === 'done')
  const value = all.reduce((n, s) => n + (s.now && s.now.state === 'running' ? overall(s.now) : s.now ? 1 : 0), 0)
  const working = running.length > 0
  const title = working
    ? t('adopt.working', { count: all.length })
    : done.length > 0
      ? t('adopt.done', { count: done.length })
      : t('adopt.done-none')
  const restart = new Map(done.flatMap((s) => s.now?.result?.restart ?? []).map((r) => [r.app, r]))
  return (
    <>
      <div className="min-h-0 grow overflow-y-auto px-6 pt-5.5 pb-6">
        <SheetHead title={title} onClose={onClose} />
        {working ? (
          <ProgressBar value={value / all.length} label={title} className="mt-3.5" />
        ) : (
          done.length > 0 && <p className="mt-1.5 text-ink-2">{t('adopt.done-text')}</p>
        )}
        <Rows className="mt-4.5">
          {all.map((s) => (
            <WorkRow key={s.id} of={s} job={s.now} onAgain={onAgain} onLeave={onClose} />
          ))}
        </Rows>
        {!working &&
          done
            .filter((s) => (s.now?.adopted?.keys.length ?? 0) > 0)
            .map((s) => <OlderCopies key={s.id} server={s.now?.result?.server ?? ''} title={s.title} />)}
        {!working && restart.size > 0 && (
          <section aria-label={t('adopt.after')}>
            <h2 className="mt-5 mb-2.5 text-section">{t('adopt.after')}</h2>
            <Restarts apps={[...restart.values()]} />
          </section>
        )}
      </div>
      <SheetFoot remark={working ? t('progress.foot') : t('sheet.copy-kept')} undo={!working}>
        {working ? (
          <>
            <Button
              size="lg"
              tone="quiet"
              onClick={() => {
                for (const s of running) cancel.mutate(s.job)
              }}
            >
              {t('cancel')}
            </Button>
            <Button size="lg" onClick={onClose}>
              {t('adopt.background')}
            </Button>
          </>
        ) : (
          <Button size="lg" tone="filled" onClick={onClose}>
            {t('adopt.close')}
          </Button>
        )}
      </SheetFoot>
    </>
  )
}

type RowProps = {
  of: Started
  job: JobView | undefined
  onAgain: (s: Started) => void
  onLeave: () => void
}

function WorkRow({ of, job, onAgain, onLeave }: RowProps) {
  const { t } = useTranslation()
  const stageWord = useStageWord()
  const apps = useApps()
  const name = (id: string) => apps.data?.find((a) => a.id === id)?.name ?? id
  const waits = !job || (job.state === 'running' && ['', 'wait'].includes(job.progress.stage))
  const keys = job?.adopted?.keys.length ?? 0
  const said = waits
    ? t('adopt.waiting')
    : job.state === 'running'
      ? stageWord(job)
      : job.state === 'done'
        ? [
            t('adopt.works', { apps: list((job.result?.apps ?? []).map(name)) }),
            keys > 0 && t('adopt.keys-moved', { count: keys }),
          ]
            .filter(Boolean)
            .join(' ')
        : job.state === 'cancelled'
          ? t('adopt.stopped')
          : t('adopt.failed-stays')
  return (
    <li className="px-4 py-3">
      <div className="flex items-start gap-3">
        <span className="grid size-5.5 shrink-0 place-items-center">
          {waits ? (
            <Clock aria-hidden className="size-4 text-ink-3" />
          ) : job.state === 'running' ? (
            <Ring className="size-5.5" value={overall(job)} />
          ) : job.state === 'done' ? (
            <CircleCheck aria-hidden className="size-5 text-ok" />
          ) : (
            <X aria-hidden className="size-4 text-bad" />
          )}
        </span>
        <div className="min-w-0 grow">
          <p className="font-semibold">{of.title}</p>
          <p className="meta mt-px">{said}</p>
        </div>
      </div>
      {job?.state === 'failed' && job.error && <Again of={of} words={job.error} onAgain={onAgain} onLeave={onLeave} />}
    </li>
  )
}

/** Why one did not work; what it asks for can be said here, and then it is tried again. */
function Again({
  of,
  words,
  onAgain,
  onLeave,
}: {
  of: Started
  words: NonNullable<JobView['error']>
  onAgain: (s: Started) => void
  onLeave: () => void
}) {
  const { t } = useTranslation()
  const adopt = useAdopt()
  const [agreed, setAgreed] = useState<string[]>([])
  const [scripts, setScripts] = useState(false)
  const needs: Need[] = words.needs ?? []
  const setUp = needs.filter((n) => n.kind === 'scripts')
  const risks = risksOf('', [], needs)
  const open = (setUp.length > 0 && !scripts) || risks.some((r) => !agreed.includes(riskKey(r)))
  const again = () => {
    if (open || adopt.isPending) return
    const request = {
      ...of.request,
      allow_scripts: of.request.allow_scripts || scripts,
      accept_risk: of.request.accept_risk || risks.length > 0,
    }
    adopt.mutate([request], { onSuccess: ([job]) => job && onAgain({ ...of, job, request }) })
  }
  const known = setUp.length > 0 || risks.length > 0
  return (
    <div className="mt-2 pl-8.5 tight:pl-0">
      {known ? (
        <>
          {setUp.map((n) => (
            <Note key={n.name} tone="warn">
              <p>{n.text}</p>
              <Consent checked={scripts} onChange={setScripts}>
                {t('sheet.allow-scripts')}
              </Consent>
            </Note>
          ))}
          <Risks risks={risks} agreed={agreed} onAgree={setAgreed} />
          <Button size="sm" className="mt-2.5" aria-disabled={open || undefined} onClick={again}>
            {t('adopt.again')} <span className="sr-only">{of.title}</span>
          </Button>
        </>
      ) : (
        <Problem words={words} onRetry={again} onLeave={onLeave} />
      )}
      {adopt.error && <Problem alert className="mt-2" words={toWords(adopt.error)} onLeave={onLeave} />}
    </div>
  )
}
