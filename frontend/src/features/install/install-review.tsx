import { Download, LogIn, TriangleAlert, Undo2, X } from 'lucide-react'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type InstallForm, type InstallOffer, type Need, toWords, type Words } from '@/backend'
import { useFetchBundle, useInstall, useInstallForm, useInstallOffer, useSetSetting } from '@/backend/queries'
import { bytes } from '@/text/format'
import { Button } from '@/ui/button'
import { SheetFoot } from '@/ui/dialog'
import { focusWrong } from '@/ui/field'
import { Note } from '@/ui/note'
import { LoadProblem, Problem } from '@/ui/problem'
import { Skeleton } from '@/ui/skeleton'
import { type Answers, checkAll, defaults, split } from './answers'
import { AppChoices } from './app-choices'
import { Consent, Risks, riskKey, risksOf } from './consents'
import { drafts } from './drafts'
import type { InstallTarget } from './install-context'
import { PlanCard } from './plan-card'
import { SettingsForm } from './settings-form'
import { type Step, StepRail } from './step-rail'
import { WayLine } from './way-line'

type Props = {
  target: InstallTarget
  /** which way to get it, below 0 the recommended one */
  pack: number
  onPack: (pack: number) => void
  failure: Words | undefined
  cancelled: boolean
  onClose: () => void
}

/** Plan, settings and apps on one page, with the one button that starts. */
export function InstallReview(props: Props) {
  const { t } = useTranslation()
  const { target, pack, onClose } = props
  const form = useInstallForm(target.ref, pack)
  const offer = useInstallOffer(target.ref, pack)
  if (form.data) {
    return (
      <Review
        key={form.data.package}
        {...props}
        form={form.data}
        offer={offer.data}
        offerProblem={offer.error ? toWords(offer.error) : undefined}
        onRetryOffer={() => void offer.refetch()}
      />
    )
  }
  return (
    <div className="flex min-w-0 grow flex-col">
      <div className="grow p-6">
        <Head title={t('plan.title')} onClose={onClose} />
        {form.error ? (
          <LoadProblem words={toWords(form.error)} onRetry={() => void form.refetch()} />
        ) : (
          <div role="status" aria-label={t('loading')}>
            <Skeleton className="mt-2 h-18 w-full" />
            <Skeleton className="mt-6 h-5 w-40" />
            <Skeleton className="mt-3 h-32 w-full" />
          </div>
        )}
      </div>
    </div>
  )
}

type ReviewProps = Props & {
  form: InstallForm
  offer: InstallOffer | undefined
  offerProblem: Words | undefined
  onRetryOffer: () => void
}

function Review(props: ReviewProps) {
  const { target, onPack, form, offer, offerProblem, onRetryOffer, failure, cancelled, onClose } = props
  const { t } = useTranslation()
  const ids = { plan: useId(), settings: useId(), apps: useId() }
  const draft = drafts.get(form.ref)
  const [typed, setTyped] = useState<Answers>(() => draft?.answers ?? {})
  const [chosen, setChosen] = useState<string[]>(
    () => draft?.chosen ?? form.apps.filter((a) => a.usable).map((a) => a.id),
  )
  const [scripts, setScripts] = useState(false)
  const [agreed, setAgreed] = useState<string[]>([])
  const [pressed, setPressed] = useState(false)
  const install = useInstall()
  const setSetting = useSetSetting()
  const body = useRef<HTMLDivElement>(null)

  // Kept in memory only, so that Back and a failed try lose nothing.
  useEffect(() => {
    drafts.set(form.ref, { answers: typed, chosen })
  }, [form.ref, typed, chosen])

  // What only the package itself knows comes with the offer, and then counts instead of the listing's words.
  const inputs = offer?.own_inputs ? offer.inputs : form.inputs
  const title = offer?.title || form.title
  const publisher = form.publisher || offer?.publisher || ''
  const answers = useMemo(() => ({ ...defaults(inputs), ...typed }), [inputs, typed])
  const wrong = useMemo(() => checkAll(inputs, answers), [inputs, answers])
  const wrongCount = Object.values(wrong).filter((w) => w !== '').length
  const secrets = inputs.some((i) => i.secret)
  const noKeychain = secrets ? form.keys.problem : undefined
  const startProblem = install.error ? toWords(install.error) : failure
  const needs = startProblem?.needs ?? []
  const risks = risksOf(form.caution, offer?.risks ?? [], needs)
  const setUp = needs.filter((n) => n.kind === 'scripts')
  const otherNeeds = needs.filter((n) => n.kind !== 'risk' && n.kind !== 'scripts')
  const found = form.apps.filter((a) => a.found)

  // A bundle at an address: only a yes brings it here, and only then is known what it asks.
  const ahead = offerProblem?.code === 'consent_needed' ? offerProblem.needs?.filter((n) => n.kind === 'download') : []

  const missing = offerProblem
    ? t(ahead?.length ? 'sheet.wait-fetch' : 'sheet.wait-offer')
    : !offer
      ? t('sheet.wait-plan')
      : noKeychain
        ? t('sheet.wait-keys')
        : risks.some((r) => !agreed.includes(riskKey(r)))
          ? t('sheet.wait-risk')
          : pressed && wrongCount > 0
            ? t('sheet.wait-settings', { count: wrongCount })
            : ''

  const start = () => {
    setPressed(true)
    if (missing !== '' && wrongCount === 0) return
    if (wrongCount > 0) {
      focusWrong(body.current)
      return
    }
    install.mutate({
      ref: form.ref,
      package: form.package,
      name: form.server,
      profile: '',
      ...split(inputs, answers),
      apps: chosen,
      allow_scripts: scripts,
      accept_risk: risks.length > 0,
    })
  }

  // Ctrl Enter presses Install from any field of the sheet.
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey) || install.isPending) return
      e.preventDefault()
      start()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  })

  const steps: Step[] = [
    {
      key: ids.plan,
      title: t('plan.title'),
      text: offerProblem
        ? t('plan.size-unknown')
        : !offer
          ? t('plan.looking')
          : offer.bytes > 0
            ? t(form.type === 'oci' ? 'plan.short-apart' : 'plan.short', { size: bytes(offer.bytes) })
            : form.type === 'remote'
              ? t('plan.runs-online')
              : form.type === 'oci'
                ? t('plan.runs-apart')
                : t('plan.short-unknown'),
      state: offer ? 'done' : 'now',
    },
    {
      key: ids.settings,
      title: t('sheet.settings'),
      text:
        inputs.length === 0
          ? t('sheet.nothing-to-fill')
          : wrongCount > 0
            ? t('sheet.to-fill', { count: wrongCount })
            : t('sheet.filled'),
      state: wrongCount === 0 ? 'done' : offer ? 'now' : 'open',
    },
    {
      key: ids.apps,
      title: t('sheet.apps'),
      text: t('sheet.chosen', { n: chosen.length, of: found.length }),
      state: offer && wrongCount === 0 ? 'now' : 'open',
    },
    { key: 'install', title: t('sheet.install'), text: t('sheet.under-a-minute'), state: 'open' },
  ]

  return (
    <>
      <StepRail
        form={{ title, publisher }}
        category={target.category}
        steps={steps}
        label={t('sheet.steps')}
        foot={t('sheet.foot')}
        onGo={(key) => document.getElementById(key)?.scrollIntoView({ block: 'start' })}
      />
      <div className="flex min-w-0 grow flex-col">
        <div ref={body} className="min-h-0 grow overflow-y-auto px-6 pt-5 pb-6">
          {/* Where the rail has no room, the sheet still says what it is about. */}
          <p className="display mb-3 hidden text-statement tight:block">{t('sheet.title', { title })}</p>
          {startProblem && <Failure words={startProblem} needs={otherNeeds} onRetry={start} onLeave={onClose} />}
          {cancelled && !startProblem && (
            <Note className="mb-4" icon={Undo2}>
              {t('cancelled.message', { ns: 'errors' })}
            </Note>
          )}
          <div id={ids.plan}>
            <Head title={t('plan.title')} onClose={onClose} />
            <PlanCard offer={offer} type={form.type} waiting={!offerProblem} />
            {ahead?.length ? (
              <Ahead needs={ahead} target={target} pack={form.package} />
            ) : (
              offerProblem && <Problem className="mt-3" words={offerProblem} onRetry={onRetryOffer} onLeave={onClose} />
            )}
            <WayLine
              ways={form.ways}
              value={form.package}
              onChange={onPack}
              failed={offerProblem !== undefined && !ahead?.length}
            />
            {form.type === 'remote' && form.sign_in && (
              <Note className="mt-3" icon={LogIn}>
                {t('signin.before')}
              </Note>
            )}
            <Risks risks={risks} agreed={agreed} onAgree={setAgreed} />
            {(offer?.scripts || setUp.length > 0) && (
              <Note icon={TriangleAlert} className="mt-3">
                <p>{setUp[0]?.text ?? t('sheet.scripts')}</p>
                <Consent checked={scripts} onChange={setScripts}>
                  {t('sheet.allow-scripts')}
                </Consent>
              </Note>
            )}
          </div>
          {inputs.length > 0 && (
            <section id={ids.settings} aria-label={t('sheet.settings')} className="mt-5">
              <h2 className="mb-2.25 text-body">{t('sheet.settings')}</h2>
              {noKeychain && (
                <Problem
                  className="mb-3"
                  words={noKeychain}
                  actions={
                    <Button size="sm" onClick={() => setSetting.mutate({ name: 'keys', value: 'file' })}>
                      {t('sheet.keep-in-file')}
                    </Button>
                  }
                />
              )}
              <SettingsForm
                inputs={inputs}
                answers={answers}
                wrong={wrong}
                showAll={pressed}
                where={form.keys.where}
                onChange={(key, value) => setTyped((old) => ({ ...old, [key]: value }))}
              />
              {secrets && form.type === 'oci' && <p className="meta mt-2.5">{t('sheet.docker-keeps')}</p>}
            </section>
          )}
          <section id={ids.apps} aria-label={t('sheet.apps')} className="mt-5">
            <h2 className="mb-2.25 text-body">{t('sheet.apps')}</h2>
            <AppChoices apps={form.apps} chosen={chosen} onChange={setChosen} secrets={secrets} />
          </section>
        </div>
        <SheetFoot remark={missing || t('sheet.copy-kept')} warn={missing !== '' && pressed} undo={missing === ''}>
          <Button size="lg" tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            size="lg"
            tone="filled"
            className="min-w-31"
            aria-keyshortcuts="Control+Enter Meta+Enter"
            aria-disabled={(missing !== '' && wrongCount === 0) || install.isPending || undefined}
            onClick={() => !install.isPending && start()}
          >
            {t('sheet.install')}
          </Button>
        </SheetFoot>
      </div>
    </>
  )
}

/** What has to be fetched before the plan can be told, and the button that does it. */
function Ahead({ needs, target, pack }: { needs: Need[]; target: InstallTarget; pack: number }) {
  const { t } = useTranslation()
  const fetching = useFetchBundle()
  return (
    <Note className="mt-3" icon={Download}>
      {needs.map((n) => (
        <p key={n.name}>{n.text}</p>
      ))}
      <Button
        size="sm"
        className="mt-2"
        aria-disabled={fetching.isPending || undefined}
        onClick={() => !fetching.isPending && fetching.mutate({ ref: target.ref, pack })}
      >
        {t(fetching.isPending ? 'plan.looking' : 'sheet.fetch-look')}
      </Button>
      {fetching.error && <Problem alert className="mt-3" words={toWords(fetching.error)} />}
    </Note>
  )
}

/** Nothing was changed; one step to try again. What is still missing is named. */
function Failure({
  words,
  needs,
  onRetry,
  onLeave,
}: {
  words: Words
  needs: Need[]
  onRetry: () => void
  onLeave: () => void
}) {
  return (
    <div className="mb-4">
      <Problem alert words={words} onRetry={onRetry} onLeave={onLeave} />
      {needs.length > 0 && (
        <ul className="mt-2 list-disc pl-5 text-ink-2 text-second">
          {needs.map((n) => (
            <li key={`${n.kind} ${n.name}`}>{n.text}</li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Head({ title, onClose }: { title: string; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <div className="mb-2.25 flex items-center justify-between">
      <h2 className="text-body">{title}</h2>
      <Button tone="quiet" size="sm" square aria-label={t('close')} onClick={onClose} className="-my-1 -mr-1.5">
        <X aria-hidden className="size-4" />
      </Button>
    </div>
  )
}
