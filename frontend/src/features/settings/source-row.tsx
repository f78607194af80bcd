import { Ellipsis, GripVertical, KeyRound, Lock, MoveDown, MoveUp, RefreshCw, Trash2 } from 'lucide-react'
import { type PointerEventHandler, type Ref, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type SourceView, toWords } from '@/backend'
import { useRemoveSource, useSetSetting, useSetSourceKey } from '@/backend/queries'
import { count, useAgo } from '@/text/format'
import { sourceIcon } from '@/ui/badges'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Confirm } from '@/ui/dialog'
import { Menu, MenuItem } from '@/ui/menu'
import { Problem } from '@/ui/problem'
import { Status } from '@/ui/status'
import { Switch } from '@/ui/switch'
import { useToast } from '@/ui/toast'
import { SourceKeyDialog } from './source-key-dialog'

const told = [
  'official',
  'docker',
  'starter',
  'toolhive',
  'github',
  'anthropic',
  'mcpm',
  'cline',
  'smithery',
  'glama',
] as const

type Props = {
  source: SourceView
  place: number
  of: number
  checking: boolean
  dragged: boolean
  onMove: (by: number) => void
  onDrag: PointerEventHandler
  onCheck: () => void
  rowRef?: Ref<HTMLTableRowElement>
}

/** One list: its rank, health, age, count, switch, and what else can be done with it. */
export function SourceRow({ source, place, of, checking, dragged, onMove, onDrag, onCheck, rowRef }: Props) {
  const { t } = useTranslation()
  const say = useToast()
  const hint = useId()
  const set = useSetSetting()
  const remove = useRemoveSource()
  const forget = useSetSourceKey()
  const [keying, setKeying] = useState<'' | 'key' | 'use'>('')
  const [removing, setRemoving] = useState(false)
  const { name } = source
  const Icon = sourceIcon(source.source)
  const known = told.find((x) => x === source.source)
  const about =
    source.kind === 'file'
      ? t('source-about.file')
      : source.kind === 'private'
        ? source.about
        : known && t(`source-about.${known}`)
  const lacksKey = source.needs_key && !source.key_set
  const use = (on: boolean) => set.mutate({ name: `source.${source.source}`, value: String(on) })
  const trouble = set.error ?? remove.error ?? forget.error
  return (
    <>
      <tr ref={rowRef} className={cn('h-13.5 border-line border-t *:px-3 *:py-1.5', dragged && 'bg-accent-soft')}>
        <td className="w-8 pr-0!">
          <button
            type="button"
            aria-label={t('settings.place', { name, n: place, of })}
            aria-describedby={hint}
            onPointerDown={onDrag}
            onKeyDown={(e) => {
              if (e.key !== 'ArrowUp' && e.key !== 'ArrowDown') return
              e.preventDefault()
              onMove(e.key === 'ArrowUp' ? -1 : 1)
            }}
            className="-ml-1 grid h-8 w-6 cursor-grab touch-none place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink active:cursor-grabbing"
          >
            <GripVertical aria-hidden className="size-4" />
          </button>
          <span id={hint} hidden>
            {t('settings.place-hint')}
          </span>
        </td>
        <th scope="row" className="text-left font-normal">
          <span className="flex items-center gap-3">
            <span
              aria-hidden
              className="grid size-8 shrink-0 place-items-center rounded-[0.54rem] border border-line bg-card"
            >
              <Icon className="size-4" />
            </span>
            <span className="min-w-0">
              <span className="block font-semibold leading-4.5 [overflow-wrap:anywhere]">{name}</span>
              {about && <span className="meta block [overflow-wrap:anywhere]">{about}</span>}
            </span>
          </span>
        </th>
        <td>
          <Health source={source} checking={checking} lacksKey={lacksKey} />
          <span className="meta num hidden narrow:block">
            <Age source={source} />
          </span>
        </td>
        <td className="meta num whitespace-nowrap narrow:hidden">
          <Age source={source} />
        </td>
        <td className="num text-right text-second">
          {count(source.listings)}
          {source.unreadable > 0 && (
            <span className="meta block whitespace-nowrap">
              {t('settings.unreadable', { count: source.unreadable, n: count(source.unreadable) })}
            </span>
          )}
        </td>
        <td className="text-right">
          <span className="flex items-center justify-end">
            <Switch
              checked={source.enabled && source.allowed}
              disabled={!source.allowed}
              onCheckedChange={(on) => (on && lacksKey ? setKeying('use') : use(on))}
              aria-label={t('settings.use-label', { name })}
            />
          </span>
        </td>
        <td className="w-10 pl-0!">
          <Menu
            trigger={
              <Button tone="quiet" size="sm" square aria-label={t('settings.source-more', { name })}>
                <Ellipsis aria-hidden className="size-4" />
              </Button>
            }
          >
            <MenuItem disabled={place === 1} onClick={() => onMove(-1)}>
              <MoveUp aria-hidden className="size-4" />
              {t('settings.move-up')}
            </MenuItem>
            <MenuItem disabled={place === of} onClick={() => onMove(1)}>
              <MoveDown aria-hidden className="size-4" />
              {t('settings.move-down')}
            </MenuItem>
            {source.kind !== 'file' && source.source !== 'starter' && (
              <MenuItem disabled={!source.enabled || !source.allowed || checking} onClick={onCheck}>
                <RefreshCw aria-hidden className="size-4" />
                {t('settings.check-now')}
              </MenuItem>
            )}
            {source.needs_key && (
              <MenuItem onClick={() => setKeying('key')}>
                <KeyRound aria-hidden className="size-4" />
                {source.key_set ? t('replace-key', { ns: 'actions' }) : t('add-key', { ns: 'actions' })}
              </MenuItem>
            )}
            {source.key_set && (
              <MenuItem
                destructive
                onClick={() =>
                  forget.mutate(
                    { id: source.source, value: '' },
                    { onSuccess: () => say(t('settings.key-gone', { name })) },
                  )
                }
              >
                <Trash2 aria-hidden className="size-4" />
                {t('settings.forget-key')}
              </MenuItem>
            )}
            {source.kind !== 'built-in' && !source.managed && (
              <MenuItem destructive onClick={() => setRemoving(true)}>
                <Trash2 aria-hidden className="size-4" />
                {t('remove', { ns: 'actions' })}
              </MenuItem>
            )}
          </Menu>
          {keying !== '' && (
            <SourceKeyDialog
              source={source}
              onClose={() => setKeying('')}
              onSaved={() => (keying === 'use' ? use(true) : source.enabled && onCheck())}
            />
          )}
          <Confirm
            open={removing}
            onClose={() => setRemoving(false)}
            title={t('settings.remove-title', { name })}
            text={t('settings.remove-text')}
            keep={t('keys.keep')}
            doIt={t('settings.remove')}
            onConfirm={() => remove.mutate(source.source, { onSuccess: () => say(t('settings.removed', { name })) })}
          />
        </td>
      </tr>
      {trouble && (
        <tr>
          <td colSpan={7} className="px-3 pb-3">
            <Problem alert words={toWords(trouble)} />
          </td>
        </tr>
      )}
    </>
  )
}

function Age({ source }: { source: SourceView }) {
  const { t } = useTranslation()
  const ago = useAgo()
  if (source.source === 'starter') return t('settings.built-in')
  return source.synced ? ago(source.synced) : t('settings.never')
}

function Health({ source, checking, lacksKey }: { source: SourceView; checking: boolean; lacksKey: boolean }) {
  const { t } = useTranslation()
  if (!source.allowed)
    return (
      <span className="inline-flex items-center gap-1.5 font-[550] text-off text-second whitespace-nowrap">
        <Lock aria-hidden className="size-3.5" />
        {t('settings.locked')}
      </span>
    )
  if (checking) return <Status tone="update">{t('settings.checking')}</Status>
  if (lacksKey) return <Status tone="key">{t('status.needs-key')}</Status>
  if (!source.enabled) return <Status tone="off">{t('status.off')}</Status>
  if (source.error !== '') return <Status tone="old">{t(source.synced ? 'settings.old' : 'settings.unreached')}</Status>
  if (source.kind === 'file') return <Status tone="ok">{t('settings.as-added')}</Status>
  if (source.synced || source.source === 'starter') return <Status tone="ok">{t('settings.fresh')}</Status>
  return <Status tone="untested">{t('settings.not-yet')}</Status>
}
