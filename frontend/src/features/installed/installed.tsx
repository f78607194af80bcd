import { Link } from '@tanstack/react-router'
import {
  ChevronDown,
  ChevronRight,
  CircleArrowUp,
  CornerUpLeft,
  Ellipsis,
  History,
  KeyRound,
  LogIn,
  LogOut,
  Pin,
  PinOff,
  Play,
  RefreshCw,
  ShieldCheck,
  Trash2,
} from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AppView, type ServerView, toWords, type UpdateView, type Words } from '@/backend'
import {
  useApps,
  useCheckUpdates,
  usePin,
  useRemoveServers,
  useRollback,
  useServers,
  useTestServer,
  useUpdates,
} from '@/backend/queries'
import { useSayDone } from '@/features/activity/use-say-done'
import { GiveBackDialog } from '@/features/adopt/give-back-dialog'
import { KeyDialog } from '@/features/keys/key-dialog'
import { Notices } from '@/features/notices/notices'
import { usePaste } from '@/features/paste/paste-context'
import { PasteButton } from '@/features/paste/paste-sheet'
import { UpdateSheet } from '@/features/updates/update-sheet'
import { UpdatesBar, updateReady } from '@/features/updates/updates-bar'
import { bytes, list, useAgo } from '@/text/format'
import { Bay } from '@/ui/bay'
import { Button, buttonClass } from '@/ui/button'
import { Rows } from '@/ui/card'
import { type Choice, Segmented } from '@/ui/choice'
import { Empty } from '@/ui/empty'
import { FindField } from '@/ui/field'
import { Menu, MenuItem } from '@/ui/menu'
import { Note } from '@/ui/note'
import { LoadProblem, Problem } from '@/ui/problem'
import { PageBody, PageHead, SectionHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { Status, type StatusTone } from '@/ui/status'
import { Tile } from '@/ui/tile'
import { useToast } from '@/ui/toast'
import { ExtensionsNote } from './extensions'
import { keysOf, RemoveDialog } from './remove-dialog'
import { ServerDetails } from './server-details'
import { SigningIn, useSigning } from './signing-in'
import { VerifyPanel } from './verify-panel'

export const needsYou = (s: ServerView) =>
  s.status === 'broken' || s.status === 'needs-key' || s.status === 'needs-sign-in' || s.alert !== null

type Filter = 'all' | 'needs-you' | 'updates'

export function Installed() {
  const { t } = useTranslation()
  const servers = useServers()
  const apps = useApps()
  const updates = useUpdates()
  const look = useCheckUpdates()
  const paste = usePaste()
  const [find, setFind] = useState('')
  const [filter, setFilter] = useState<Filter>('all')
  const test = useTestServer()
  const all = servers.data ?? []
  const waiting = all.filter(needsYou)
  const hit = (s: ServerView) => `${s.title} ${s.publisher} ${s.id}`.toLowerCase().includes(find.toLowerCase().trim())
  const known = updates.data ?? []
  const ready = known.filter(updateReady)
  const newer = (s: ServerView) => ready.some((u) => u.server === s.id)
  const choices: Choice<Filter>[] = [
    { value: 'all', label: t('installed.all'), count: all.length },
    { value: 'needs-you', label: t('installed.needs-you'), count: waiting.length },
    ...(ready.length > 0 || filter === 'updates'
      ? [{ value: 'updates' as const, label: t('installed.updates'), count: ready.length }]
      : []),
  ]
  const top = filter === 'updates' ? [] : waiting.filter(hit)
  const rest =
    filter === 'all'
      ? all.filter((s) => !needsYou(s) && hit(s))
      : filter === 'updates'
        ? all.filter((s) => newer(s) && hit(s))
        : []
  const slots = (apps.data ?? []).filter((a) => a.found)

  return (
    <>
      <PageHead title={t('nav.installed')}>
        {all.length > 0 && <FindField label={t('installed.find')} value={find} onChange={setFind} />}
        <PasteButton onClick={() => paste.open()} />
      </PageHead>
      <PageBody>
        {servers.isPending ? (
          <SkeletonRows rows={5} label={t('loading')} />
        ) : servers.isError ? (
          <LoadProblem words={toWords(servers.error)} onRetry={() => void servers.refetch()} />
        ) : all.length === 0 ? (
          <>
            <Empty
              title={t('installed.empty')}
              action={
                <Link to="/" className={buttonClass('filled')}>
                  {t('installed.find-one')}
                </Link>
              }
            >
              {t('installed.empty-text')}
            </Empty>
            <ExtensionsNote />
          </>
        ) : (
          <>
            <Notices />
            <div className="flex flex-wrap items-center justify-between gap-2">
              <Segmented label={t('installed.show')} value={filter} onChange={setFilter} choices={choices} />
              <span className="grow" />
              <Button tone="quiet" size="sm" disabled={look.isPending} onClick={() => look.mutate(undefined)}>
                <CircleArrowUp aria-hidden className="size-3.5" />
                {t('updates.check')}
              </Button>
              <Button
                tone="quiet"
                size="sm"
                disabled={test.isPending}
                onClick={() => {
                  for (const s of all) test.mutate(s.id)
                }}
              >
                <RefreshCw aria-hidden className="size-3.5" />
                {t('installed.check-all')}
              </Button>
            </div>
            <UpdatesBar updates={known} />
            {top.length > 0 && <Group title={t('installed.needs-you')} servers={top} slots={slots} updates={known} />}
            {rest.length > 0 && (
              <Group
                title={top.length > 0 ? t('installed.else') : t('installed.yours')}
                servers={rest}
                slots={slots}
                updates={known}
              />
            )}
            {top.length === 0 && rest.length === 0 && (
              <Empty title={find ? t('installed.none-for', { text: find }) : t('installed.all-well')}>
                {!find && t('installed.all-well-text')}
              </Empty>
            )}
            {filter === 'all' && find === '' && <ExtensionsNote />}
          </>
        )}
      </PageBody>
    </>
  )
}

type GroupProps = { title: string; servers: ServerView[]; slots: AppView[]; updates: UpdateView[] }

function Group({ title, servers, slots, updates }: GroupProps) {
  return (
    <section aria-label={title}>
      <SectionHead title={title} className="mt-4 mb-2" />
      <Rows>
        {servers.map((s) => (
          <ServerRow key={s.id} server={s} slots={slots} update={updates.find((u) => u.server === s.id)} />
        ))}
      </Rows>
    </section>
  )
}

const tones: Record<ServerView['status'], StatusTone> = {
  ok: 'ok',
  'needs-key': 'key',
  'needs-sign-in': 'sign-in',
  broken: 'bad',
  untested: 'untested',
}

type RowProps = { server: ServerView; slots: AppView[]; update: UpdateView | undefined }

function ServerRow({ server, slots, update }: RowProps) {
  const { t } = useTranslation()
  const ago = useAgo()
  const id = useId()
  const [open, setOpen] = useState(false)
  const [keying, setKeying] = useState(false)
  const [updating, setUpdating] = useState(false)
  const [verifying, setVerifying] = useState(false)
  const [removing, setRemoving] = useState(false)
  const [giving, setGiving] = useState(false)
  const actions = useServerActions(server)
  const signing = useSigning(server)
  const kept = keysOf(server)
  const remove = () => (kept.keys > 0 || kept.signIn ? setRemoving(true) : actions.remove(false))
  const ready = update !== undefined && updateReady(update)
  const key = server.settings.find((s) => s.secret && !s.set) ?? server.settings.find((s) => s.secret)
  const Chevron = open ? ChevronDown : ChevronRight
  const names = slots.filter((a) => server.apps.includes(a.id)).map((a) => a.name)
  return (
    <li>
      <div className="grid min-h-12.75 grid-cols-[minmax(0,1fr)_8.5rem_auto_6.5rem_8.25rem] items-center gap-3.5 py-1.5 pr-3 pl-3.5 narrow:grid-cols-[minmax(0,1fr)_8rem_auto_8.25rem] tight:grid-cols-[minmax(0,1fr)_auto_auto]">
        <div className="flex min-w-0 items-center gap-3">
          <Tile name={server.title} category={server.category} size={32} />
          <div className="min-w-0">
            <h3 className="text-body leading-4.5">
              <button
                type="button"
                aria-expanded={open}
                aria-controls={id}
                onClick={() => setOpen(!open)}
                className="flex max-w-full items-center gap-1 rounded-xs text-left font-semibold hover:underline underline-offset-3"
              >
                <span className="truncate">{server.title}</span>
                <Chevron aria-hidden className="size-3.5 shrink-0 text-ink-3" />
              </button>
            </h3>
            <p className="meta truncate">{server.publisher || server.id}</p>
          </div>
        </div>
        {server.status === 'ok' && ready && !actions.testing ? (
          <Status tone="update">{t('updates.status')}</Status>
        ) : (
          <Status tone={tones[server.status]}>
            {actions.testing ? t('installed.testing') : t(`status.${server.status}`)}
          </Status>
        )}
        <span className="tight:hidden">
          <Bay apps={slots} on={server.apps} problem={server.status === 'broken' ? server.apps : []} />
        </span>
        <span className="meta num narrow:hidden">{server.checked ? ago(server.checked) : t('installed.never')}</span>
        <div className="flex items-center justify-end gap-1.5">
          {server.status === 'needs-key' && key && (
            <Button size="sm" onClick={() => setKeying(true)}>
              {t('add-key', { ns: 'actions' })}
            </Button>
          )}
          {server.status === 'needs-sign-in' && !signing.running && (
            <Button size="sm" disabled={signing.pending} onClick={() => signing.start(false)}>
              {t('signin.sign-in')} <span className="sr-only">{server.title}</span>
            </Button>
          )}
          {server.status === 'untested' && (
            <Button size="sm" onClick={actions.test} disabled={actions.testing}>
              {t('test', { ns: 'actions' })}
            </Button>
          )}
          {ready && update && server.status !== 'needs-key' && (
            <Button
              size="sm"
              aria-label={t('updates.review-name', { title: server.title })}
              onClick={() => setUpdating(true)}
            >
              {t('updates.review')}
            </Button>
          )}
          <Menu
            trigger={
              <Button tone="quiet" size="sm" square aria-label={t('installed.more', { title: server.title })}>
                <Ellipsis aria-hidden className="size-4" />
              </Button>
            }
          >
            <MenuItem onClick={actions.test}>
              <Play aria-hidden className="size-4" />
              {t('test', { ns: 'actions' })}
            </MenuItem>
            {key && (
              <MenuItem onClick={() => setKeying(true)}>
                <KeyRound aria-hidden className="size-4" />
                {key.set ? t('replace-key', { ns: 'actions' }) : t('add-key', { ns: 'actions' })}
              </MenuItem>
            )}
            {server.signed_in && (
              <>
                <MenuItem onClick={() => signing.start(false)}>
                  <LogIn aria-hidden className="size-4" />
                  {t('signin.again')}
                </MenuItem>
                <MenuItem onClick={signing.out}>
                  <LogOut aria-hidden className="size-4" />
                  {t('signin.sign-out')}
                </MenuItem>
              </>
            )}
            {update && <UpdateItems update={update} act={actions} />}
            {server.adopted && (
              <MenuItem onClick={() => setGiving(true)}>
                <CornerUpLeft aria-hidden className="size-4" />
                {t('adopt.give-back')}
              </MenuItem>
            )}
            <MenuItem onClick={() => setVerifying(true)}>
              <ShieldCheck aria-hidden className="size-4" />
              {t('verify.item')}
            </MenuItem>
            <MenuItem destructive onClick={remove}>
              <Trash2 aria-hidden className="size-4" />
              {t('remove', { ns: 'actions' })}
            </MenuItem>
          </Menu>
        </div>
      </div>
      {server.status === 'broken' && server.problem && (
        <Problem
          className="mr-3.5 mb-3.5 ml-14.5 narrow:ml-3.5"
          words={server.problem}
          log={server.log}
          actions={
            <>
              {server.problem.action === 'replace-key' && key && (
                <Button size="sm" tone="filled" onClick={() => setKeying(true)}>
                  {t('replace-key', { ns: 'actions' })}
                </Button>
              )}
              <Button
                size="sm"
                tone={server.problem.action === 'replace-key' && key ? 'plain' : 'filled'}
                onClick={actions.test}
                disabled={actions.testing}
              >
                {t('retry', { ns: 'actions' })}
              </Button>
            </>
          }
        />
      )}
      <SigningIn signing={signing} className="mr-3.5 mb-3.5 ml-14.5 narrow:ml-3.5" />
      {server.alert && <Alert server={server} words={server.alert} onRemove={remove} />}
      {actions.problem && <Problem alert className="mx-3.5 mb-3.5" words={actions.problem} />}
      <div id={id} hidden={!open}>
        {open && <ServerDetails server={server} apps={names.length > 0 ? list(names) : t('installed.no-app')} />}
      </div>
      {verifying && <VerifyPanel server={server} onClose={() => setVerifying(false)} />}
      {giving && <GiveBackDialog server={server} onClose={() => setGiving(false)} />}
      {removing && <RemoveDialog server={server} onClose={() => setRemoving(false)} onRemove={actions.remove} />}
      {updating && update && <UpdateSheet update={update} open onClose={() => setUpdating(false)} />}
      {keying && key && (
        <KeyDialog
          server={server.id}
          title={server.title}
          profile=""
          name={key.key}
          label={key.label}
          onClose={() => setKeying(false)}
          onSaved={actions.test}
        />
      )}
    </li>
  )
}

/** Staying at a version, and the way back to the last one. */
function UpdateItems({ update, act }: { update: UpdateView; act: ReturnType<typeof useServerActions> }) {
  const { t } = useTranslation()
  return (
    <>
      <MenuItem onClick={() => act.pin(!update.pinned)}>
        {update.pinned ? <PinOff aria-hidden className="size-4" /> : <Pin aria-hidden className="size-4" />}
        {update.pinned ? t('updates.unpin') : t('updates.pin')}
      </MenuItem>
      {update.earlier !== '' && (
        <MenuItem onClick={act.rollback}>
          <History aria-hidden className="size-4" />
          {t('updates.go-back-to', { version: update.earlier })}
        </MenuItem>
      )}
    </>
  )
}

/** What its list says of it since it was installed. It goes on working; the user decides. */
function Alert({ server, words, onRemove }: { server: ServerView; words: Words; onRemove: () => void }) {
  const { t } = useTranslation()
  const gone = words.code === 'listing_deleted'
  return (
    <Note tone="warn" className="mr-3.5 mb-3.5 ml-14.5 narrow:ml-3.5">
      <p className="font-semibold">{words.message}</p>
      {words.hint && <p className="mt-0.5 text-ink-2">{words.hint}</p>}
      <p className="mt-2.5 flex flex-wrap gap-2">
        {!gone && server.listing !== '' && (
          <Link
            to="/listing/$id"
            params={{ id: words.args.name || server.listing }}
            className={buttonClass('plain', 'sm')}
          >
            {words.args.name ? t('installed.see-new') : t('installed.see-listing')}
          </Link>
        )}
        {gone && (
          <Button size="sm" onClick={onRemove}>
            {t('remove', { ns: 'actions' })}
          </Button>
        )}
      </p>
    </Note>
  )
}

/** Test, and remove with its way back in the toast. */
function useServerActions(server: ServerView) {
  const { t } = useTranslation()
  const say = useToast()
  const sayDone = useSayDone()
  const test = useTestServer()
  const remove = useRemoveServers()
  const pin = usePin()
  const back = useRollback()
  const error = remove.error ?? back.error ?? pin.error ?? test.error
  return {
    testing: test.isPending,
    problem: error ? toWords(error) : undefined,
    pin: (pinned: boolean) =>
      pin.mutate(
        { id: server.id, pinned },
        {
          onSuccess: () =>
            say(
              pinned
                ? t('updates.pinned', { title: server.title, version: server.version })
                : t('updates.unpinned', { title: server.title }),
            ),
        },
      ),
    rollback: () =>
      back.mutate(server.id, {
        onSuccess: (r) => say(t('updates.went-back', { title: server.title, version: r.to })),
      }),
    test: () =>
      test.mutate(server.id, {
        onSuccess: (r) => {
          if (r.ok) say(t('installed.test-ok', { title: server.title, count: r.tools.length }))
        },
      }),
    remove: (forget: boolean) =>
      remove.mutate(
        { ids: [server.id], keys: forget },
        {
          onSuccess: (r) =>
            sayDone(
              [
                r.apps.length > 0
                  ? t('installed.removed', { title: server.title, count: r.apps.length })
                  : t('installed.removed-only', { title: server.title }),
                r.keys.length > 0 && t('remove.forgotten'),
                r.freed_bytes > r.later_bytes && t('remove.now', { size: bytes(r.freed_bytes - r.later_bytes) }),
                r.later_bytes > 0 && t('remove.later', { size: bytes(r.later_bytes) }),
              ]
                .filter(Boolean)
                .join(' '),
              r.change,
            ),
        },
      ),
  }
}
