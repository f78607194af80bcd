import { Link } from '@tanstack/react-router'
import {
  ChevronDown,
  ChevronRight,
  CornerUpLeft,
  Ellipsis,
  History,
  KeyRound,
  LogIn,
  LogOut,
  Pin,
  PinOff,
  Play,
  ShieldCheck,
  Trash2,
} from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppView, ServerView, UpdateView, Words } from '@/backend'
import { GiveBackDialog } from '@/features/adopt/give-back-dialog'
import { KeyDialog } from '@/features/keys/key-dialog'
import { UpdateSheet } from '@/features/updates/update-sheet'
import { updateReady } from '@/features/updates/updates-bar'
import { list, useAgo } from '@/text/format'
import { Bay } from '@/ui/bay'
import { Button, buttonClass } from '@/ui/button'
import { Menu, MenuItem } from '@/ui/menu'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { Status, type StatusTone } from '@/ui/status'
import { Tile } from '@/ui/tile'
import { keysOf, RemoveDialog } from './remove-dialog'
import { ServerDetails } from './server-details'
import { SigningIn, useSigning } from './signing-in'
import { useServerActions } from './use-server-actions'
import { VerifyPanel } from './verify-panel'

const tones: Record<ServerView['status'], StatusTone> = {
  ok: 'ok',
  'needs-key': 'key',
  'needs-sign-in': 'sign-in',
  broken: 'bad',
  untested: 'untested',
}

type RowProps = { server: ServerView; slots: AppView[]; update: UpdateView | undefined }

/** One server: how it is, where it is, and what can be done with it. */
export function ServerRow({ server, slots, update }: RowProps) {
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
