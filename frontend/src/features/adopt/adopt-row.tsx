import { ChevronDown, ChevronRight, KeyRound, TriangleAlert } from 'lucide-react'
import { useEffect, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Adoptable, type AdoptRequest, type AppView, toWords } from '@/backend'
import { useAdoptPreview, useSettings } from '@/backend/queries'
import { type Answers, checkAll, defaults, split } from '@/features/install/answers'
import { Risks, riskKey } from '@/features/install/consents'
import { SettingsForm } from '@/features/install/settings-form'
import { useKindWord } from '@/features/listing/ways'
import { list, shortPath } from '@/text/format'
import { Bay } from '@/ui/bay'
import { TextButton } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Details, Log } from '@/ui/details'
import { DiffView } from '@/ui/diff-view'
import { useWords } from '@/ui/problem'
import { Status } from '@/ui/status'
import { Tile } from '@/ui/tile'

/** What stands between a row and its start. */
export type Ready = {
  looking: boolean
  /** it cannot be taken over now */
  refused: boolean
  /** how many settings are still empty or wrong */
  missing: number
  /** something is still to be agreed to */
  risky: boolean
  request: AdoptRequest
}

type Props = {
  server: Adoptable
  slots: AppView[]
  checked: boolean
  showAll: boolean
  onCheck: (on: boolean) => void
  onReady: (state: Ready) => void
}

const nothing = { answers: {}, secrets: {}, allow_scripts: false, accept_risk: false }

/** One server that can be taken over: where it is, its keys, what changes, and what is still asked. */
export function AdoptRow({ server, slots, checked, showAll, onCheck, onReady }: Props) {
  const { t } = useTranslation()
  const kind = useKindWord()
  const id = useId()
  const settings = useSettings()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState<Answers>({})
  const [agreed, setAgreed] = useState<string[]>([])
  // Unticked servers are not looked up; what was found once stays.
  const [wanted, setWanted] = useState(checked)
  if (checked && !wanted) setWanted(true)
  const [asked, setAsked] = useState<AdoptRequest>({ id: server.id, ...nothing })
  const look = useAdoptPreview(asked, wanted)
  const inputs = useMemo(() => look.data?.inputs ?? [], [look.data])
  const [known, setKnown] = useState(inputs)
  // Once the answers are given the next look asks for nothing; the fields stay.
  if (inputs.length > 0 && inputs !== known) setKnown(inputs)
  const answers = useMemo(() => ({ ...defaults(known), ...typed }), [known, typed])
  const wrong = useMemo(() => checkAll(known, answers), [known, answers])
  const missing = Object.values(wrong).filter((w) => w !== '').length
  const risks = look.data?.risks ?? []
  const risky = risks.some((r) => !agreed.includes(riskKey(r)))
  const refused = look.error ? toWords(look.error) : undefined
  const files = look.data?.files ?? []

  // biome-ignore lint/correctness/useExhaustiveDependencies: told again when one of these changes, not when the listener does
  useEffect(() => {
    onReady({
      looking: wanted && look.isPending,
      refused: look.isError,
      missing,
      risky,
      request: { id: server.id, ...split(known, answers), allow_scripts: false, accept_risk: risks.length > 0 },
    })
  }, [wanted, look.isPending, look.isError, missing, risky, known, answers, risks.length])

  const show = () => {
    // With the answers, so that the change is the one that will be made.
    if (!open && known.length > 0 && missing === 0) setAsked({ id: server.id, ...nothing, ...split(known, answers) })
    setOpen(!open)
  }
  const facts = [
    server.publisher || kind(server.kind),
    look.data?.version
      ? t('adopt.version', { version: look.data.version })
      : wanted && look.isPending && t('adopt.looking'),
    server.projects.length > 0 && t('adopt.in-project', { folders: list(server.projects.map(shortPath)) }),
  ].filter(Boolean)

  return (
    <li>
      <div className="flex min-h-13 flex-wrap items-center gap-x-3 gap-y-1.5 px-3.5 py-2">
        <Checkbox
          checked={checked && !refused}
          disabled={refused !== undefined}
          onCheckedChange={onCheck}
          aria-labelledby={id}
          aria-describedby={`${id}-about`}
        />
        <Tile name={server.title} category="" size={32} />
        <div className="min-w-0 grow basis-40">
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: a larger target for the pointer; the box has the keyboard */}
          <p id={id} className="truncate font-semibold leading-4.5" onClick={() => !refused && onCheck(!checked)}>
            {server.title}
          </p>
          <p id={`${id}-about`} className="meta truncate" title={server.projects.join('\n') || undefined}>
            {facts.join(' · ')}
          </p>
        </div>
        {server.keys.length > 0 && (
          <Status tone="key" pill>
            {t('apps.readable', { count: server.keys.length })}
          </Status>
        )}
        <Bay apps={slots} on={server.apps} />
        {(files.length > 0 || (known.length > 0 && missing === 0)) && (
          <TextButton aria-expanded={open} aria-controls={`${id}-more`} onClick={show}>
            {open ? t('diff.hide') : t('diff.show')}{' '}
            {open ? (
              <ChevronDown aria-hidden className="size-3.5" />
            ) : (
              <ChevronRight aria-hidden className="size-3.5" />
            )}
            <span className="sr-only">{t('adopt.changes', { title: server.title })}</span>
          </TextButton>
        )}
      </div>
      {refused && <Refusal words={refused} />}
      {checked && !refused && (known.length > 0 || risks.length > 0 || server.warnings.length > 0) && (
        <div className="px-3.5 pb-3 pl-23.5 tight:pl-3.5">
          {server.warnings.map((w) => (
            <p key={w} className="mt-1 flex items-start gap-1.5 text-second [overflow-wrap:anywhere]">
              <TriangleAlert aria-hidden className="mt-0.75 size-3.5 shrink-0 text-warn" />
              <span className="min-w-0">{w}</span>
            </p>
          ))}
          {known.length > 0 && (
            <>
              <p className="mt-1 mb-2 text-ink-2 text-second">{t('adopt.fill-in')}</p>
              <SettingsForm
                inputs={known}
                answers={answers}
                wrong={wrong}
                showAll={showAll}
                where={settings.data?.keys ?? ''}
                onChange={(key, value) => setTyped((old) => ({ ...old, [key]: value }))}
              />
            </>
          )}
          <Risks risks={risks} agreed={agreed} onAgree={setAgreed} />
        </div>
      )}
      <div id={`${id}-more`} hidden={!open} className="px-3.5 pb-3">
        {open && (
          <>
            <div className="flex flex-col gap-2.5">
              {files.map((f) => (
                <DiffView key={f.path} file={f} />
              ))}
            </div>
            {server.keys.length > 0 && (
              <p className="meta mt-1.75 flex items-center gap-1.5">
                <KeyRound aria-hidden className="size-3 shrink-0" />
                {t('adopt.key-names', { names: list(server.keys) })}
              </p>
            )}
          </>
        )}
      </div>
    </li>
  )
}

function Refusal({ words }: { words: ReturnType<typeof toWords> }) {
  const { t } = useTranslation()
  const { message, hint } = useWords(words)
  return (
    <div className="px-3.5 pb-2.5 pl-23.5 text-second tight:pl-3.5">
      <p className="text-bad">{message}</p>
      {hint && <p className="text-ink-2">{hint}</p>}
      {words.detail && (
        <Details className="mt-1">
          <Log label={t('details.log')}>{words.detail}</Log>
        </Details>
      )}
    </div>
  )
}

/** One that stays as it is, and why. */
export function KeptRow({ server, slots }: { server: Adoptable; slots: AppView[] }) {
  const { t } = useTranslation()
  return (
    <li className="flex min-h-13 flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2">
      <Tile name={server.title} category="" size={32} />
      <div className="min-w-0 grow basis-60">
        <p className="truncate font-semibold leading-4.5">{server.title}</p>
        <p className="meta">
          {server.problem?.message} {server.problem?.hint}
        </p>
        {server.projects.length > 0 && (
          <p className="meta truncate" title={server.projects.join('\n')}>
            {t('adopt.in-project', { folders: list(server.projects.map(shortPath)) })}
          </p>
        )}
      </div>
      {server.keys.length > 0 && (
        <Status tone="key" pill>
          {t('apps.readable', { count: server.keys.length })}
        </Status>
      )}
      <Bay apps={slots} on={server.apps} />
    </li>
  )
}
