import { CircleCheck } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ImportRequest, type JobView, type OfferedServer, type ProfileOffer, toWords } from '@/backend'
import {
  useApps,
  useCancelJob,
  useImportProfile,
  useJob,
  useProfileOffer,
  useProject,
  useSettings,
} from '@/backend/queries'
import { type Answers, checkAll, defaults, split } from '@/features/install/answers'
import { Consent, Risks, riskKey, risksOf } from '@/features/install/consents'
import { overall, useStageWord } from '@/features/install/progress'
import { SettingsForm } from '@/features/install/settings-form'
import { list, shortPath } from '@/text/format'
import { AppGlyph } from '@/ui/app-glyph'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Checkbox } from '@/ui/checkbox'
import { Sheet, SheetFoot, SheetHead } from '@/ui/dialog'
import { Field, focusWrong, Labelled } from '@/ui/field'
import { Note } from '@/ui/note'
import { LoadProblem, Problem } from '@/ui/problem'
import { ProgressBar } from '@/ui/ring'
import { SectionHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { Tick } from '@/ui/tick'
import { Tile } from '@/ui/tile'

type Props = {
  path: string
  folder: string
  onClose: () => void
  /** the profile that was made is to be shown */
  onMade: (profile: string) => void
}

/** A profile that somebody gave, or that a project declares: what it brings, what is still missing, one button. */
export function ImportSheet({ path, folder, onClose, onMade }: Props) {
  const { t } = useTranslation()
  const offer = useProfileOffer(path)
  const project = useProject(folder)
  const title = folder ? t('projects.offer-project', { folder: shortPath(folder) }) : t('projects.offer-title')
  return (
    <Sheet open onClose={onClose} label={title} className="w-180 flex-col">
      {offer.data && (folder === '' || !project.isPending) ? (
        <Review
          path={path}
          folder={folder}
          title={title}
          offer={offer.data}
          linked={project.data?.profile ? project.data.name : ''}
          onClose={onClose}
          onMade={onMade}
        />
      ) : (
        <div className="px-6 pt-5.5 pb-6">
          <SheetHead title={title} onClose={onClose} />
          <div className="mt-4">
            {offer.error ? (
              <LoadProblem words={toWords(offer.error)} onRetry={() => void offer.refetch()} />
            ) : (
              <SkeletonRows rows={3} label={t('loading')} />
            )}
          </div>
        </div>
      )}
    </Sheet>
  )
}

type ReviewProps = Props & {
  title: string
  offer: ProfileOffer
  /** the profile that the folder belongs to already, or '' */
  linked: string
}

function Review({ path, folder, title, offer, linked, onClose, onMade }: ReviewProps) {
  const { t } = useTranslation()
  const apps = useApps()
  const where = useSettings().data?.keys ?? ''
  const start = useImportProfile()
  const [id, setID] = useState('')
  const job = useJob(id)
  const [name, setName] = useState(offer.name)
  const [left, setLeft] = useState<string[]>([])
  const [chosen, setChosen] = useState(offer.apps)
  const [link, setLink] = useState(folder !== '' && linked === '')
  const [typed, setTyped] = useState<Answers>({})
  const [agreed, setAgreed] = useState<string[]>([])
  const [scripts, setScripts] = useState(false)
  const [pressed, setPressed] = useState(false)
  const body = useRef<HTMLDivElement>(null)

  const taken = offer.servers.filter((s) => s.state !== 'problem' && !left.includes(s.name))
  const inputs = taken.flatMap((s) => s.inputs)
  const answers = { ...defaults(inputs), ...typed }
  const wrong = checkAll(inputs, answers)
  const toFill = Object.values(wrong).filter((w) => w !== '').length
  const failure = job?.state === 'failed' ? job.error : undefined
  const needs = failure?.needs ?? []
  const risks = risksOf('', [], needs)
  const setUp = needs.filter((n) => n.kind === 'scripts')
  const missing =
    name.trim() === ''
      ? t('projects.wait-name')
      : taken.length === 0 && offer.servers.length > 0
        ? t('projects.wait-none')
        : toFill > 0
          ? t('projects.wait-fill', { count: toFill })
          : risks.some((r) => !agreed.includes(riskKey(r))) || (setUp.length > 0 && !scripts)
            ? t('projects.wait-risk')
            : ''
  const installs = taken.filter((s) => s.state === 'install').length

  const press = () => {
    setPressed(true)
    focusWrong(body.current)
    if (missing !== '' || start.isPending) return
    const req: ImportRequest = {
      path,
      name: name.trim(),
      apps: chosen,
      ...split(inputs, answers),
      skip: left,
      allow_scripts: scripts,
      accept_risk: risks.length > 0,
      link: link ? folder : '',
    }
    start.mutate(req, { onSuccess: setID })
  }

  if (job?.state === 'running' || job?.state === 'done') return <Work job={job} onClose={onClose} onMade={onMade} />
  return (
    <>
      <div ref={body} className="min-h-0 grow overflow-y-auto px-6 pt-5.5 pb-6">
        <SheetHead title={title} onClose={onClose} />
        <p className="mt-1 text-ink-2">{t('projects.offer-text')}</p>
        {failure && risks.length === 0 && setUp.length === 0 && (
          <div className="mt-4">
            <Problem alert words={failure} onLeave={onClose} />
            <p className="meta mt-1.5">{t('projects.failed-stays')}</p>
          </div>
        )}
        {start.error && <Problem alert className="mt-4" words={toWords(start.error)} onLeave={onClose} />}
        <Risks risks={risks} agreed={agreed} onAgree={setAgreed} />
        {setUp.map((n) => (
          <Note key={n.name} tone="warn" className="mt-3">
            <p>{n.text}</p>
            <Consent checked={scripts} onChange={setScripts}>
              {t('sheet.allow-scripts')}
            </Consent>
          </Note>
        ))}
        <div className="mt-4 max-w-80">
          <Labelled label={t('projects.name')}>
            {(ids) => <Field {...ids} value={name} maxLength={60} onChange={(e) => setName(e.target.value)} />}
          </Labelled>
        </div>
        <SectionHead title={t('projects.servers', { count: offer.servers.length })} className="mt-5 mb-2.5" />
        <Rows>
          {offer.servers.map((s) => (
            <ServerRow
              key={s.name}
              server={s}
              taken={taken.includes(s)}
              onTake={(on) => setLeft((old) => (on ? old.filter((x) => x !== s.name) : [...old, s.name]))}
            >
              {taken.includes(s) && s.inputs.length > 0 && (
                <div className="mt-2 pl-7.5">
                  <SettingsForm
                    inputs={s.inputs}
                    answers={answers}
                    wrong={wrong}
                    showAll={pressed}
                    where={where}
                    onChange={(key, value) => setTyped((old) => ({ ...old, [key]: value }))}
                  />
                </div>
              )}
            </ServerRow>
          ))}
        </Rows>
        <SectionHead title={t('projects.apps')} className="mt-5 mb-2.5" />
        <Rows>
          {(apps.data ?? [])
            .filter((a) => a.found)
            .map((a) => (
              <Tick
                key={a.id}
                label={a.name}
                icon={<AppGlyph app={a.id} size={24} />}
                checked={chosen.includes(a.id)}
                onChange={(on) => setChosen((old) => (on ? [...old, a.id] : old.filter((x) => x !== a.id)))}
              />
            ))}
        </Rows>
        {offer.missing.length > 0 && (
          <p className="meta mt-2">{t('projects.missing', { apps: list(offer.missing) })}</p>
        )}
        {folder !== '' &&
          (linked !== '' ? (
            <Note className="mt-4">{t('projects.linked-already', { name: linked })}</Note>
          ) : (
            <Rows className="mt-4">
              <Tick
                label={t('projects.link', { folder: shortPath(folder) })}
                text={t('projects.link-text')}
                checked={link}
                onChange={setLink}
              />
            </Rows>
          ))}
      </div>
      <SheetFoot remark={missing || t('projects.foot')} warn={missing !== '' && pressed}>
        <Button size="lg" tone="quiet" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button
          size="lg"
          tone="filled"
          aria-disabled={(missing !== '' && toFill === 0) || start.isPending || undefined}
          onClick={press}
        >
          {installs > 0 ? t('projects.do', { count: installs }) : t('projects.do-none')}
        </Button>
      </SheetFoot>
    </>
  )
}

type RowProps = { server: OfferedServer; taken: boolean; onTake: (on: boolean) => void; children: ReactNode }

function ServerRow({ server, taken, onTake, children }: RowProps) {
  const { t } = useTranslation()
  const { state, problem, known, title } = server
  const says =
    state === 'here'
      ? t('projects.here')
      : problem
        ? `${problem.message} ${problem.hint}`
        : server.kind === 'remote'
          ? t('projects.online', { address: server.package.identifier })
          : server.package.version
            ? t('projects.install', { version: server.package.version })
            : t('projects.install-any')
  return (
    <li className="px-3.5 py-2.5">
      <div className="flex items-center gap-3">
        <Checkbox
          checked={taken}
          disabled={state === 'problem'}
          onCheckedChange={onTake}
          aria-label={t('projects.take', { title })}
        />
        <Tile name={title} category="" size={32} />
        <div className="min-w-0 grow">
          <p className="truncate font-semibold leading-4.5">{title}</p>
          <p className="meta">{[known && t('paste.known', { title: known }), says].filter(Boolean).join(' ')}</p>
        </div>
        {state === 'here' && <CircleCheck aria-hidden className="size-4 shrink-0 text-ok" />}
      </div>
      {server.warnings.map((w) => (
        <p key={w} className="mt-1 pl-7.5 text-second text-warn">
          {w}
        </p>
      ))}
      {children}
    </li>
  )
}

/** How it goes, and what came of it. */
function Work({ job, onClose, onMade }: { job: JobView } & Pick<Props, 'onClose' | 'onMade'>) {
  const { t } = useTranslation()
  const stageWord = useStageWord()
  const cancel = useCancelJob()
  const done = job.state === 'done' ? job.imported : undefined
  const title = done ? t('projects.done', { name: done.name }) : t('projects.working', { name: job.title })
  return (
    <>
      <div className="min-h-0 grow overflow-y-auto px-6 pt-5.5 pb-6" aria-live="polite">
        <SheetHead title={title} onClose={onClose} />
        {done ? (
          <div className="mt-2 flex flex-col gap-1 text-ink-2">
            <p>{t('projects.done-text', { installed: done.installed, here: done.here })}</p>
            {done.left.length > 0 && <p>{t('projects.left', { titles: list(done.left) })}</p>}
            {done.files.length > 0 && <p>{t('projects.wrote', { count: done.files.length })}</p>}
            {done.files.length === 0 && <p>{t('projects.not-in-use')}</p>}
          </div>
        ) : (
          <>
            <ProgressBar value={overall(job)} label={title} className="mt-3.5" />
            <p className="meta mt-2">{stageWord(job)}</p>
          </>
        )}
      </div>
      <SheetFoot
        remark={!done ? t('progress.foot') : done.files.length > 0 ? t('sheet.copy-kept') : t('projects.foot')}
        undo={(done?.files.length ?? 0) > 0}
      >
        {done ? (
          <Button size="lg" tone="filled" onClick={() => onMade(done.profile)}>
            {t('projects.close')}
          </Button>
        ) : (
          <>
            <Button size="lg" tone="quiet" onClick={() => cancel.mutate(job.id)}>
              {t('cancel')}
            </Button>
            <Button size="lg" onClick={onClose}>
              {t('progress.background')}
            </Button>
          </>
        )}
      </SheetFoot>
    </>
  )
}
