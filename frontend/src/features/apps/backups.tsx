import { History } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AppView, type BackupFile, type BackupVersion, toWords } from '@/backend'
import { useBackups, useRestore, useRestorePreview, useServers } from '@/backend/queries'
import { useSayDone } from '@/features/activity/use-say-done'
import { OlderCopies } from '@/features/adopt/older-copies'
import { Consent } from '@/features/install/consents'
import { clockTime, date, shortPath } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Panel } from '@/ui/dialog'
import { DiffView } from '@/ui/diff-view'
import { LoadProblem, Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { SkeletonChange, SkeletonRows } from '@/ui/skeleton'
import { Status } from '@/ui/status'

/** What an app's files held before, newest first, with the way back to each. */
export function Backups({
  app,
  others = false,
}: {
  app: AppView /** one copy is offered already */
  others?: boolean
}) {
  const { t } = useTranslation()
  const id = useId()
  const [open, setOpen] = useState(false)
  const [asked, setAsked] = useState<{ file: string; version: BackupVersion } | null>(null)
  const backups = useBackups(app.id, open)
  const servers = useServers()
  // Servers of the app whose keys stood in its file once.
  const held = (servers.data ?? []).filter(
    (s) => s.adopted && s.settings.some((x) => x.secret && x.set) && app.servers.some((e) => e.server === s.id),
  )
  return (
    <section aria-label={t('backups.title')} className="mt-5">
      <SectionHead
        title={t('backups.title')}
        remark={t('backups.remark')}
        action={
          <TextButton
            aria-expanded={open}
            aria-controls={id}
            aria-label={open ? t('backups.hide') : t('backups.show', { app: app.name })}
            onClick={() => setOpen(!open)}
          >
            {open ? t('backups.hide') : others ? t('backups.others') : t('backups.open')}
          </TextButton>
        }
      />
      <div id={id} hidden={!open}>
        {!open ? null : backups.isPending ? (
          <SkeletonRows rows={3} label={t('loading')} />
        ) : backups.isError ? (
          <LoadProblem words={toWords(backups.error)} onRetry={() => void backups.refetch()} />
        ) : backups.data.files.length === 0 ? (
          <p className="meta">{t('backups.none')}</p>
        ) : (
          backups.data.files.map((f) => (
            <Versions key={f.path} file={f} onLook={(version) => setAsked({ file: f.path, version })} />
          ))
        )}
        {open && held.map((s) => <OlderCopies key={s.id} server={s.id} title={s.title} />)}
      </div>
      {asked && <RestoreDialog app={app} file={asked.file} version={asked.version} onClose={() => setAsked(null)} />}
    </section>
  )
}

const when = (v: BackupVersion) => `${date(v.time)}, ${clockTime(v.time)}`

function Versions({ file, onLook }: { file: BackupFile; onLook: (v: BackupVersion) => void }) {
  const { t } = useTranslation()
  const called = (v: BackupVersion) =>
    v.absent ? t('backups.absent') : v.by === 'other' && !v.first ? t('backups.other') : v.title
  return (
    <div className="mb-3">
      <p className="meta mb-1.5">{shortPath(file.path)}</p>
      <Rows>
        {file.versions.map((v) => (
          <li key={v.id} className="flex min-h-11 flex-wrap items-center gap-3 px-3.5 py-1.5">
            <History aria-hidden className="size-4 shrink-0 text-ink-3" />
            <div className="min-w-0 grow">
              <p className="truncate font-[550]">{called(v)}</p>
              <p className="meta num">
                {when(v)}
                {v.first && ` · ${t('backups.first')}`}
              </p>
            </div>
            {v.stands ? (
              <Status tone="ok">{t('backups.now')}</Status>
            ) : v.deleted ? (
              <span className="meta">{t('backups.deleted')}</span>
            ) : (
              <Button
                size="sm"
                tone="quiet"
                aria-label={t('backups.look-label', { title: called(v), time: when(v) })}
                onClick={() => onLook(v)}
              >
                {t('backups.look')}
              </Button>
            )}
          </li>
        ))}
      </Rows>
    </div>
  )
}

type RestoreProps = { app: AppView; file: string; version: BackupVersion; onClose: () => void }

/** The way from what stands there now to the copy, before it is gone. */
function RestoreDialog({ app, file, version, onClose }: RestoreProps) {
  const { t } = useTranslation()
  const sayDone = useSayDone()
  const preview = useRestorePreview(file, version.id)
  const restore = useRestore()
  const [agreed, setAgreed] = useState(false)
  const words = (restore.error ?? preview.error) ? toWords(restore.error ?? preview.error) : undefined
  const broken = words?.needs?.some((n) => n.kind === 'risk') ?? false
  const same = preview.data?.files.length === 0
  const ready = preview.data !== undefined && !same && !restore.isPending && (!broken || agreed)
  const apply = () => {
    if (!ready) return
    restore.mutate(
      { file, version: version.id, agreed },
      {
        onSuccess: (r) => {
          onClose()
          sayDone(t('backups.done', { app: app.name }), r.change)
        },
      },
    )
  }
  return (
    <Panel
      open
      wide
      onClose={onClose}
      title={t('backups.restore-title', { time: when(version) })}
      text={t('backups.restore-text')}
      foot={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button tone="filled" aria-disabled={!ready || undefined} onClick={apply}>
            {t('backups.restore')}
          </Button>
        </>
      }
    >
      <div className="mt-4 flex flex-col gap-3">
        {words && (
          <Problem alert words={broken ? { ...words, message: words.needs?.[0]?.text ?? words.message } : words} />
        )}
        {broken && (
          <Consent checked={agreed} onChange={setAgreed}>
            {t('backups.agree', { app: app.name })}
          </Consent>
        )}
        {preview.data?.files.map((f) => (
          <DiffView key={f.path} file={f} />
        ))}
        {same && <p className="meta">{t('backups.same')}</p>}
        {preview.isPending && <SkeletonChange label={t('loading')} />}
      </div>
    </Panel>
  )
}
