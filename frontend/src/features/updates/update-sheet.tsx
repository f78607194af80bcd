import { CircleArrowUp } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type JobView, type Need, toWords, type UpdateResult, type UpdateView } from '@/backend'
import { useApplyUpdate, useCancelJob, useJob, usePrepareUpdate, useRollback } from '@/backend/queries'
import { useFailedOutput } from '@/features/activity/job-log'
import { Consent, Risks, riskKey } from '@/features/install/consents'
import { overall, useStageWord } from '@/features/install/progress'
import { Button } from '@/ui/button'
import { Panel } from '@/ui/dialog'
import { Field, Labelled, SecretField } from '@/ui/field'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { ProgressBar } from '@/ui/ring'
import { useToast } from '@/ui/toast'
import { DifferenceView } from './difference'
import { OwnFiles } from './own-files'

type Props = {
  /** only who it is and what it has, when its version is fetched once more */
  update: Pick<UpdateView, 'server' | 'title' | 'version'> & Partial<UpdateView>
  /** the version that is installed once more, in place of what is here */
  again?: boolean
  open: boolean
  onClose: () => void
}

/** From "there is a newer one" over what it changes to the switch. Nothing is switched before the last button. */
export function UpdateSheet({ update, again = false, open, onClose }: Props) {
  const { t } = useTranslation()
  const say = useToast()
  const stageWord = useStageWord()
  const prepare = usePrepareUpdate()
  const apply = useApplyUpdate()
  const cancel = useCancelJob()
  const back = useRollback()
  const job = useJob(prepare.data ?? '')
  const printed = useFailedOutput(job)
  const [given, setGiven] = useState<Record<string, string>>({})
  const [agreed, setAgreed] = useState<string[]>([])
  const [scripts, setScripts] = useState(false)
  const [applied, setApplied] = useState<UpdateResult>()

  const ready: UpdateResult | undefined = job?.state === 'done' ? job.update : undefined
  const applyWords = apply.error ? toWords(apply.error) : undefined
  const words = applyWords ?? (job?.state === 'failed' ? job.error : undefined)
  const needs = words?.needs ?? []
  const asked = needs.filter((n) => n.kind === 'input' || n.kind === 'secret')
  const risks = needs.filter((n) => n.kind === 'risk').map((n) => ({ code: n.name, text: n.text, command: '' }))
  const wantsScripts = needs.some((n) => n.kind === 'scripts')
  const pick = (kind: Need['kind']) =>
    Object.fromEntries(asked.filter((n) => n.kind === kind && given[n.name]).map((n) => [n.name, given[n.name] ?? '']))
  const request = () => ({
    server: update.server,
    answers: pick('input'),
    secrets: pick('secret'),
    allow_scripts: scripts,
    accept_risk: risks.length > 0 && risks.every((r) => agreed.includes(riskKey(r))),
    again,
  })
  const fetchIt = () => {
    apply.reset()
    prepare.mutate(request())
  }
  const done = (r: UpdateResult) => {
    if (r.trashed.length > 0) return setApplied(r)
    onClose()
    say(
      again
        ? t('verify.mended', { title: r.title })
        : r.to === r.from
          ? t('jobs.updated', { title: r.title })
          : t('updates.done', { title: r.title, version: r.to }),
      r.earlier === '' || again
        ? undefined
        : {
            label: t('updates.go-back'),
            undo: true,
            act: () => back.mutate(r.server),
          },
    )
  }
  // What is asked stands below a difference that may be long: it is brought into view.
  const asking = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (words) asking.current?.scrollIntoView({ block: 'nearest' })
  }, [words])
  const missing =
    asked.some((n) => !given[n.name]?.trim()) ||
    risks.some((r) => !agreed.includes(riskKey(r))) ||
    (wantsScripts && !scripts)
  const online = update.state === 'changed'
  const about = ready?.newest
    ? undefined
    : again
      ? t('verify.again-text')
      : online
        ? t('updates.changed')
        : t('updates.from-to', { from: update.version, to: ready?.to || update.newer || '' })
  const title = again ? t('verify.again-sheet', { title: update.title }) : t('updates.sheet', { title: update.title })
  const running = job?.state === 'running' || prepare.isPending

  if (applied) return <OwnFiles result={applied} again={again} onClose={onClose} />
  return (
    <Panel
      open={open}
      onClose={onClose}
      wide
      title={title}
      text={about}
      foot={
        <>
          <Button size="lg" tone="quiet" onClick={onClose}>
            {ready?.newest ? t('close') : t('updates.later')}
          </Button>
          {running ? (
            job && (
              <Button size="lg" onClick={() => cancel.mutate(job.id)}>
                {t('cancel')}
              </Button>
            )
          ) : ready && !ready.newest ? (
            <Button
              size="lg"
              tone="filled"
              aria-disabled={missing || apply.isPending || undefined}
              onClick={() => !missing && !apply.isPending && apply.mutate(request(), { onSuccess: done })}
            >
              {again ? t('verify.again-apply') : t('updates.update')}
            </Button>
          ) : (
            !ready && (
              <Button
                size="lg"
                tone="filled"
                aria-disabled={missing || undefined}
                onClick={() => !missing && fetchIt()}
              >
                {again
                  ? t('verify.again-fetch')
                  : online || update.prepared
                    ? t('updates.compare-only')
                    : t('updates.compare')}
              </Button>
            )
          )}
        </>
      }
    >
      {!job && !prepare.isPending && (
        <Note className="mt-4" icon={CircleArrowUp}>
          {again
            ? t('verify.again-intro', { version: update.version })
            : online
              ? t('updates.intro-online')
              : update.prepared
                ? t('updates.intro-ready')
                : t('updates.intro')}
        </Note>
      )}
      {job?.state === 'running' && (
        <div className="mt-4 flex items-center gap-3">
          <ProgressBar value={overall(job)} label={title} className="grow" />
          <span className="meta w-30">{stageWord(job)}</span>
        </div>
      )}
      <p role="status" className="sr-only">
        {job && said(job, stageWord(job), t('updates.compared'))}
      </p>
      {ready?.newest && <p className="mt-4 text-ink-2">{t('updates.newest', { version: ready.from })}</p>}
      {ready && !ready.newest && <DifferenceView difference={ready.difference} />}
      <div ref={asking}>
        {words && asked.length + risks.length === 0 && !wantsScripts && (
          <Problem alert className="mt-4" words={words} log={printed} />
        )}
        {prepare.error && <Problem alert className="mt-4" words={toWords(prepare.error)} />}
        <Risks risks={risks} agreed={agreed} onAgree={setAgreed} />
        {wantsScripts && (
          <Note className="mt-3">
            <p>{t('sheet.scripts')}</p>
            <Consent checked={scripts} onChange={setScripts}>
              {t('sheet.allow-scripts')}
            </Consent>
          </Note>
        )}
        {asked.length > 0 && (
          <section aria-label={t('updates.asks', { count: asked.length })} className="mt-4">
            <h3 className="mb-2 text-body">{t('updates.asks', { count: asked.length })}</h3>
            <div className="flex flex-col gap-3">
              {asked.map((n) => (
                <Labelled key={n.name} label={n.name} help={n.text === n.name ? undefined : n.text}>
                  {(ids) => {
                    const shared = {
                      ...ids,
                      value: given[n.name] ?? '',
                      onChange: (e: { target: { value: string } }) =>
                        setGiven((old) => ({ ...old, [n.name]: e.target.value })),
                    }
                    return n.kind === 'secret' ? <SecretField {...shared} /> : <Field {...shared} />
                  }}
                </Labelled>
              ))}
            </div>
          </section>
        )}
      </div>
    </Panel>
  )
}

function said(job: JobView, stage: string, compared: string): string {
  return job.state === 'running' ? stage : job.state === 'done' ? compared : (job.error?.message ?? '')
}
