import { useSearch } from '@tanstack/react-router'
import { Plus, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AppView, type EntryView, type RepairView, type ServerView, toWords } from '@/backend'
import { useApps, useChecks, useServers } from '@/backend/queries'
import { AdoptNote } from '@/features/adopt/adopt-note'
import { Notices } from '@/features/notices/notices'
import { KeptNotes } from '@/features/repair/kept-notes'
import { type Repaired as Done, FileChoice, Repair } from '@/features/repair/repair'
import { Repaired } from '@/features/repair/repaired'
import { list } from '@/text/format'
import { AppGlyph } from '@/ui/app-glyph'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { cn } from '@/ui/cn'
import { Details, Log } from '@/ui/details'
import { Empty } from '@/ui/empty'
import { LoadProblem } from '@/ui/problem'
import { PageBody, PageHead, SectionHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { Tile } from '@/ui/tile'
import { Backups } from './backups'
import { ChangeDialog } from './change-dialog'
import { appHealth, brokenFile, type Health } from './health'

/** The app that an address names; none is the one that needs it most. */
export function chosenApp(search: Record<string, unknown>): { app?: string } {
  return typeof search.app === 'string' && search.app !== '' ? { app: search.app } : {}
}

export function Apps() {
  const { t } = useTranslation()
  const apps = useApps()
  const servers = useServers()
  const checks = useChecks()
  const { app: led = '' } = useSearch({ from: '/apps' })
  const [picked, setPicked] = useState(led)
  const found = (apps.data ?? []).filter((a) => a.found)
  const absent = (apps.data ?? []).filter((a) => !a.found)
  // What is broken comes first to the eye.
  const wrong = (id: string) => (checks.data ?? []).filter((v) => v.app === id && v.problems.length > 0)
  const health = (a: AppView) => appHealth(a, wrong(a.id))
  const app =
    found.find((a) => a.id === picked) ??
    found.find((a) => health(a) === 'bad') ??
    found.find((a) => health(a) === 'look') ??
    found[0]
  const again = () => void Promise.all([apps.refetch(), checks.refetch()])
  return (
    <>
      <PageHead title={t('nav.apps')}>
        {app && (
          <Button onClick={again} aria-disabled={checks.isFetching || undefined}>
            <RefreshCw aria-hidden className={cn('size-4', checks.isFetching && 'motion-safe:animate-spin')} />
            {t('apps.check-all')}
          </Button>
        )}
      </PageHead>
      <PageBody>
        {apps.isPending ? (
          <SkeletonRows rows={4} label={t('loading')} />
        ) : apps.isError ? (
          <LoadProblem words={toWords(apps.error)} onRetry={() => void apps.refetch()} />
        ) : !app ? (
          <Empty title={t('apps.empty')}>{t('apps.empty-text', { apps: list(absent.map((a) => a.name)) })}</Empty>
        ) : (
          <>
            <Notices />
            <AdoptNote />
            <div
              role="group"
              aria-label={t('apps.choose')}
              className="grid grid-cols-[repeat(auto-fill,minmax(14.5rem,1fr))] gap-2.5"
            >
              {found.map((a) => (
                <AppCard
                  key={a.id}
                  app={a}
                  health={health(a)}
                  selected={a.id === app.id}
                  onSelect={() => setPicked(a.id)}
                />
              ))}
            </div>
            <AppDetails
              key={app.id}
              app={app}
              checks={wrong(app.id)}
              servers={servers.data ?? []}
              onLook={again}
              onRepair={() => setPicked(app.id)}
            />
            {absent.length > 0 && (
              <p className="meta mt-6">{t('apps.absent', { apps: list(absent.map((a) => a.name)) })}</p>
            )}
          </>
        )}
      </PageBody>
    </>
  )
}

const healthWords = { ok: 'apps.fine', look: 'apps.look', bad: 'apps.broken', off: 'apps.fine' } as const
const healthTones = { ok: 'ok', look: 'old', bad: 'bad', off: 'off' } as const

type CardProps = { app: AppView; health: Health; selected: boolean; onSelect: () => void }

function AppCard({ app, health, selected, onSelect }: CardProps) {
  const { t } = useTranslation()
  return (
    <button
      type="button"
      aria-pressed={selected}
      onClick={onSelect}
      className={cn(
        'motion flex items-center gap-3 rounded-lg border border-line bg-card px-3.25 py-2.75 text-left shadow-card',
        selected ? 'border-transparent ring-2 ring-accent' : 'hover:border-line-2',
      )}
    >
      <AppGlyph app={app.id} />
      <span className="min-w-0 grow">
        <span className="block truncate font-semibold leading-4.5">{app.name}</span>
        <span className="meta num">{t('apps.servers', { count: app.servers.length })}</span>
      </span>
      <Status tone={healthTones[health]}>{t(healthWords[health])}</Status>
    </button>
  )
}

type DetailsProps = {
  app: AppView
  checks: RepairView[]
  servers: ServerView[]
  onLook: () => void
  /** the app is to stay in view, though it will no longer be the one that needs it most */
  onRepair: () => void
}

/** True when a file that was mended is damaged again, or has something wrong that it had not; was is the last look at it before. */
const again = (done: Done, was: RepairView | null, checks: RepairView[]) =>
  checks.some(
    (v) =>
      v !== was &&
      v.path === done.view.path &&
      (!v.parses_before ||
        v.problems.some(
          (p) => p.severity === 'error' && !done.view.problems.some((o) => o.code === p.code && o.server === p.server),
        )),
  )

/** An app's servers, or what is wrong with its file and the way out. */
function AppDetails({ app, checks, servers, onLook, onRepair }: DetailsProps) {
  const [file, setFile] = useState('')
  const [done, setDone] = useState<Done | null>(null)
  const [was, setWas] = useState<RepairView | null>(null)
  const [undone, setUndone] = useState(0)
  // While a repair is made it stays in view: the lists are asked for again before it has ended.
  const [held, setHeld] = useState<RepairView | null>(null)
  const view = held ?? checks.find((v) => v.path === file) ?? checks.find((v) => !v.parses_before) ?? checks[0]
  const unread = view !== undefined && !view.parses_before
  const others = held ? [] : checks.filter((v) => v !== view)
  if (done && again(done, was, checks)) setDone(null)
  else if (done)
    return (
      <>
        <Repaired
          done={done}
          onUndone={() => {
            setDone(null)
            setUndone(undone + 1)
          }}
        />
        <Backups app={app} />
      </>
    )
  return (
    <>
      {view && (
        <Repair
          key={`${view.path} ${undone}`}
          view={view}
          onBegin={() => {
            onRepair()
            setHeld(view)
            setWas(view)
          }}
          onEnd={(d) => {
            setHeld(null)
            setDone(d)
          }}
        />
      )}
      {others.length > 0 && <FileChoice views={others} onPick={setFile} />}
      {unread ? (
        <Backups key={view.path} app={app} others={view.copy !== null} />
      ) : (
        <AppServers app={app} servers={servers} onLook={onLook} />
      )}
    </>
  )
}

function AppServers({ app, servers, onLook }: Pick<DetailsProps, 'app' | 'servers' | 'onLook'>) {
  const { t } = useTranslation()
  const [change, setChange] = useState<{ kind: 'connect' | 'disconnect'; servers: string[] } | null>(null)
  const broken = brokenFile(app)
  const said = broken?.problem
  const missing = servers.filter((s) => !app.servers.some((e) => e.server === s.id))
  const writable = app.files.some((f) => f.health !== 'broken' && f.health !== 'unreadable')
  const ours = app.servers.filter((e) => e.ours)
  const others = app.servers.filter((e) => !e.ours)
  return (
    <section aria-label={app.name} className="mt-5.5">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 grow">
          <h2 className="display text-statement">
            {broken
              ? said?.message || t('apps.cannot-read', { app: app.name })
              : t('apps.has', { app: app.name, count: app.servers.length })}
          </h2>
          <p className="mt-0.5 text-ink-2">{broken ? said?.hint || t('apps.left-alone') : app.restart}</p>
        </div>
        {broken && (
          <Button size="lg" onClick={onLook}>
            <RefreshCw aria-hidden className="size-4" />
            {t('apps.look-again')}
          </Button>
        )}
        {writable && !broken && missing.length > 0 && (
          <Button tone="filled" size="lg" onClick={() => setChange({ kind: 'connect', servers: [] })}>
            <Plus aria-hidden className="size-4" />
            {t('apps.add')}
          </Button>
        )}
      </div>
      {ours.length > 0 && (
        <>
          <SectionHead title={t('apps.ours')} />
          <Rows>
            {ours.map((e) => (
              <EntryRow
                key={e.name}
                entry={e}
                server={servers.find((s) => s.id === e.server)}
                action={
                  <Button
                    size="sm"
                    aria-label={t('apps.disconnect-label', { server: e.name, app: app.name })}
                    onClick={() => setChange({ kind: 'disconnect', servers: [e.server] })}
                  >
                    {t('apps.disconnect')}
                  </Button>
                }
              />
            ))}
          </Rows>
        </>
      )}
      {others.length > 0 && (
        <>
          <SectionHead title={t('apps.others')} remark={t('apps.others-remark')} />
          <Rows>
            {others.map((e) => (
              <EntryRow key={e.name} entry={e} server={undefined} />
            ))}
          </Rows>
        </>
      )}
      {app.servers.length === 0 && !broken && (
        <Empty title={t('apps.none', { app: app.name })}>
          {missing.length > 0 ? t('apps.none-add') : t('apps.none-get')}
        </Empty>
      )}
      <KeptNotes app={app.id} />
      <Backups app={app} />
      <Details className="mt-3.5">
        <Log label={t('details.log')}>
          {[
            ...(said?.detail ? [said.detail] : []),
            ...app.files.map((f) => `${f.path}  (${f.format}, ${f.health})`),
            ...app.servers.map((e) => `${e.name}: ${e.command || e.url}`),
          ].join('\n')}
        </Log>
      </Details>
      {change && (
        <ChangeDialog
          app={app}
          kind={change.kind}
          servers={change.servers}
          choices={change.kind === 'connect' ? missing : []}
          onClose={() => setChange(null)}
        />
      )}
    </section>
  )
}

function EntryRow({
  entry,
  server,
  action,
}: {
  entry: EntryView
  server: ServerView | undefined
  action?: React.ReactNode
}) {
  const { t } = useTranslation()
  return (
    <li className="flex min-h-12.75 items-center gap-3 px-3.5 py-1.5">
      <Tile name={server?.title ?? entry.name} category={server?.category ?? ''} size={32} />
      <div className="min-w-0 grow">
        <p className="truncate font-semibold leading-4.5">{server?.title ?? entry.name}</p>
        <p className="meta truncate">
          {server ? server.publisher || entry.name : entry.url ? t('apps.online') : t('apps.by-hand')}
        </p>
      </div>
      {entry.readable_keys > 0 && (
        <Status tone="key" pill>
          {t('apps.readable', { count: entry.readable_keys })}
        </Status>
      )}
      {!entry.enabled && <Status tone="off">{t('status.off')}</Status>}
      {action}
    </li>
  )
}
