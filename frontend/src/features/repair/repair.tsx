import { ClipboardCopy, History, ShieldCheck, Wrench } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ChangeResult, copyText, type RepairView, toWords } from '@/backend'
import { useRepair, useRepairPreview, useRestore, useRestorePreview } from '@/backend/queries'
import { Consent } from '@/features/install/consents'
import { clockTime, date, shortPath } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Details, Log } from '@/ui/details'
import { DiffView } from '@/ui/diff-view'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { useToast } from '@/ui/toast'
import { numbered, ProblemList } from './problem-list'

type Props = {
  view: RepairView
  onBegin: () => void /** with what was done, or nothing when it failed */
  onEnd: (done: Repaired | null) => void
}

/** What was mended or, with copied, brought back, to be shown afterwards. */
export type Repaired = { view: RepairView; result: ChangeResult; copied?: boolean }

/** One file: what is wrong in words, the change beside it, and one button. */
export function Repair({ view, onBegin, onEnd }: Props) {
  const { t } = useTranslation()
  const say = useToast()
  const repair = useRepair()
  const [asked, setAsked] = useState(true)
  const toAsk = view.problems.filter((p) => p.fix === 'confirm' && p.mends).length
  const sure = useRepairPreview(view.app, view.path, !asked)
  // With what is asked left out, the file may look different altogether.
  const shown = asked ? view : (sure.data ?? view)
  const marks = numbered(view.problems)
  const nothing = shown.files.length === 0
  const apply = () => {
    if (nothing || repair.isPending) return
    onBegin()
    repair.mutate(
      { app: view.app, path: view.path, sureOnly: !asked },
      { onSuccess: (result) => onEnd({ view: shown, result }), onError: () => onEnd(null) },
    )
  }
  const restore = useRestore()
  const copy = view.copy
  const bringBack = () => {
    if (!copy || restore.isPending || repair.isPending) return
    onBegin()
    restore.mutate(
      { file: view.path, version: copy.version, agreed: false },
      {
        onSuccess: (result) => onEnd({ view: { ...view, servers: copy.servers }, result, copied: true }),
        onError: () => onEnd(null),
      },
    )
  }
  const count = view.problems.length
  return (
    <section aria-label={t('repair.label', { file: shortPath(view.path) })} className="mt-5.5">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 grow basis-80">
          <h2 className="display text-statement">
            {view.parses_before ? t('repair.trouble', { app: view.name }) : t('apps.cannot-read', { app: view.name })}
          </h2>
          <p className="mt-0.5 text-ink-2">
            {view.parses_before ? t('repair.found', { count }) : t('repair.found-unread', { count })}
          </p>
        </div>
        <Button size="lg" onClick={() => void copyText(view.report).then(() => say(t('repair.copied')))}>
          <ClipboardCopy aria-hidden className="size-4" />
          {t('repair.copy')}
        </Button>
        {copy && (
          <Button
            tone={view.files.length > 0 ? 'plain' : 'filled'}
            size="lg"
            onClick={bringBack}
            aria-disabled={restore.isPending || repair.isPending || undefined}
          >
            <History aria-hidden className="size-4" />
            {t('repair.bring-back', { date: date(copy.time), time: clockTime(copy.time) })}
          </Button>
        )}
        {view.files.length > 0 && (
          <Button tone="filled" size="lg" onClick={apply} aria-disabled={nothing || repair.isPending || undefined}>
            <Wrench aria-hidden className="size-4" />
            {t('repair.repair')}
          </Button>
        )}
      </div>
      {(repair.error ?? restore.error) && (
        <Problem alert className="mt-3" words={toWords(repair.error ?? restore.error)} />
      )}
      <div className="mt-4.5 grid items-start gap-5 min-[60rem]:grid-cols-[minmax(17rem,23.5rem)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-3">
          <ProblemList problems={view.problems} copy={copy !== null} />
          {copy && (
            <Note tone="ok" icon={History}>
              {t('repair.copy-has', { count: copy.servers })}
            </Note>
          )}
          {toAsk > 0 && view.files.length > 0 && (
            <Note tone="info">
              {t('repair.ask', { count: toAsk })}
              <Consent checked={asked} onChange={setAsked}>
                {t('repair.ask-yes', { count: toAsk })}
              </Consent>
            </Note>
          )}
          {!nothing && (
            <Note tone="ok" icon={ShieldCheck}>
              {t('repair.stays', { count: shown.servers })}
            </Note>
          )}
          {shown.notes.length > 0 && (
            <Note>
              <ul className="flex flex-col gap-1">
                {shown.notes.map((n) => (
                  <li key={n}>{n}</li>
                ))}
              </ul>
            </Note>
          )}
          {!nothing && <Note icon={History}>{t('repair.copy-kept')}</Note>}
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          {nothing && copy && view.files.length === 0 ? (
            <CopyText path={view.path} version={copy.version} />
          ) : nothing ? (
            <Note tone="warn">{view.files.length > 0 ? t('repair.nothing-sure') : t('repair.nothing')}</Note>
          ) : (
            shown.files.map((f) => <DiffView key={f.path} file={f} marks={f.path === view.path ? marks : undefined} />)
          )}
          <Details>
            <Log label={t('details.log')}>
              {view.problems.map((p) => `${p.code} (${p.severity}, ${p.fix}) ${p.where}`).join('\n')}
            </Log>
          </Details>
        </div>
      </div>
    </section>
  )
}

/** What a copy holds that the file does not. What stands there now is no text that anybody reads. */
function CopyText({ path, version }: { path: string; version: string }) {
  const preview = useRestorePreview(path, version)
  return preview.data?.files.map((f) => <DiffView key={f.path} file={{ ...f, diff: onlyAdded(f.diff) }} />)
}

const onlyAdded = (diff: string) => {
  const lines = diff.split('\n').filter((l) => l.startsWith('+'))
  return [`@@ -0,0 +1,${lines.length} @@`, ...lines].join('\n')
}

/** Leads to a file of an app that has several. */
export function FileChoice({ views, onPick }: { views: RepairView[]; onPick: (path: string) => void }) {
  const { t } = useTranslation()
  return (
    <p className="mt-4 text-ink-2">
      {t('repair.more-files', { count: views.length })}{' '}
      {views.map((v) => (
        <TextButton key={v.path} onClick={() => onPick(v.path)}>
          {shortPath(v.path)}
        </TextButton>
      ))}
    </p>
  )
}
