import type { TFunction } from 'i18next'
import { Ban, Check, Minus, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppView, ProfileContent, ProfileDetail, ServerView } from '@/backend'
import { AppGlyph } from '@/ui/app-glyph'
import { Button, TextButton } from '@/ui/button'
import { Card } from '@/ui/card'
import { cn } from '@/ui/cn'
import { Tile } from '@/ui/tile'

type Props = {
  profile: ProfileDetail
  apps: AppView[]
  servers: ServerView[]
  onCell: (content: ProfileContent, app: string, on: boolean) => void
  onTools: (content: ProfileContent) => void
  /** undefined for the profile that has the servers' own settings */
  onOwn: ((content: ProfileContent) => void) | undefined
  onRemove: (content: ProfileContent) => void
  /** what stands below the last row */
  children?: ReactNode
}

/** Which app gets which server. One cell has the focus; arrow keys move it, Space turns on and off. */
export function Matrix({ profile, apps, servers, onCell, onTools, onOwn, onRemove, children }: Props) {
  const { t } = useTranslation()
  const [at, setAt] = useState<[number, number]>([0, 0])
  const columns = profile.apps
  const rows = profile.contents
  const appName = (id: string) => apps.find((a) => a.id === id)?.name ?? id
  const row = Math.min(at[0], rows.length - 1)
  const column = Math.min(at[1], columns.length - 1)

  const move = (e: KeyboardEvent<HTMLTableElement>) => {
    const cell = (e.target as HTMLElement).dataset.cell
    const steps: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    }
    const step = steps[e.key]
    if (!step || cell === undefined) return
    e.preventDefault()
    const r = Math.max(0, Math.min(rows.length - 1, row + step[0]))
    const c = Math.max(0, Math.min(columns.length - 1, column + step[1]))
    setAt([r, c])
    e.currentTarget.querySelector<HTMLElement>(`[data-cell="${r} ${c}"]`)?.focus()
  }

  return (
    <Card className="overflow-hidden">
      <div className="overflow-x-auto">
        <table className="w-full border-collapse text-ui" onKeyDown={move}>
          <caption className="sr-only">{t('profiles.keys')}</caption>
          <thead>
            <tr className="bg-panel text-second">
              <th scope="col" className="sticky left-0 bg-panel px-3.5 py-2.5 text-left font-medium text-ink-2">
                {t('profiles.server')}
              </th>
              {columns.map((id) => (
                <th key={id} scope="col" className="px-2 py-2.5 font-medium text-ink-2">
                  <span
                    className={cn(
                      'mx-auto flex w-fit flex-col items-center gap-1 leading-4',
                      columns.length > 4 ? 'max-w-18' : 'whitespace-nowrap',
                    )}
                  >
                    <AppGlyph app={id} size={24} />
                    {appName(id)}
                  </span>
                </th>
              ))}
              <th scope="col" className="px-3 py-2.5 text-left font-medium text-ink-2">
                {t('profiles.tools')}
              </th>
              {onOwn && (
                <th scope="col" className="px-3 py-2.5 text-left font-medium text-ink-2">
                  {t('profiles.own')}
                </th>
              )}
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((c, r) => (
              <tr key={c.server} className="h-12 border-line border-t">
                <th scope="row" className="sticky left-0 bg-card px-3.5 py-2 text-left font-semibold">
                  <span className="flex min-w-40 items-center gap-2.5">
                    <Tile name={c.title} category={servers.find((s) => s.id === c.server)?.category ?? ''} size={24} />
                    {c.title}
                  </span>
                </th>
                {columns.map((app, k) => (
                  <td key={app} className="px-2 py-1.5 text-center">
                    <Cell
                      content={c}
                      app={app}
                      appName={appName(app)}
                      place={`${r} ${k}`}
                      focusable={r === row && k === column}
                      onFocus={() => setAt([r, k])}
                      onToggle={(on) => onCell(c, app, on)}
                    />
                  </td>
                ))}
                <td className="px-3 py-1.5 whitespace-nowrap">
                  <TextButton onClick={() => onTools(c)}>
                    {c.all_tools
                      ? c.known < 0
                        ? t('profiles.all')
                        : t('profiles.all-tools', { count: c.known })
                      : t('profiles.some-tools', {
                          have: c.tools.length,
                          count: Math.max(c.known, c.tools.length),
                        })}{' '}
                    <span className="sr-only">{c.title}</span>
                  </TextButton>
                </td>
                {onOwn && (
                  <td className="px-3 py-1.5 whitespace-nowrap">
                    {servers.find((s) => s.id === c.server)?.settings.length === 0 ? (
                      <span className="meta">{t('profiles.own-nothing')}</span>
                    ) : (
                      <TextButton onClick={() => onOwn(c)}>
                        {ownWord(c, t)} <span className="sr-only">{c.title}</span>
                      </TextButton>
                    )}
                  </td>
                )}
                <td className="py-1.5 pr-2.5 text-right">
                  <Button
                    tone="quiet"
                    size="sm"
                    square
                    aria-label={t('profiles.remove', { title: c.title, name: profile.name })}
                    onClick={() => onRemove(c)}
                  >
                    <X aria-hidden className="size-3.5" />
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {children}
    </Card>
  )
}

function ownWord(c: ProfileContent, t: TFunction): string {
  const settings = Object.keys(c.answers).length > 0
  if (c.keys.length === 0) return settings ? t('profiles.own-settings') : t('profiles.own-none')
  return settings ? t('profiles.own-both') : t('profiles.own-key', { count: c.keys.length })
}

type CellProps = {
  content: ProfileContent
  app: string
  appName: string
  place: string
  focusable: boolean
  onFocus: () => void
  onToggle: (on: boolean) => void
}

function Cell({ content, app, appName, place, focusable, onFocus, onToggle }: CellProps) {
  const { t } = useTranslation()
  const on = content.apps.includes(app)
  const cannot = content.cannot[app]
  const state = cannot ? 'cannot' : on ? (content.all_tools ? 'true' : 'mixed') : 'false'
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={state === 'cannot' ? 'false' : state}
      aria-disabled={cannot ? true : undefined}
      aria-label={t('profiles.cell', { title: content.title, app: appName })}
      aria-description={cannot ?? (state === 'mixed' ? t('profiles.cell-some') : undefined)}
      title={cannot}
      tabIndex={focusable ? 0 : -1}
      data-cell={place}
      onFocus={onFocus}
      onClick={() => !cannot && onToggle(!on)}
      className={cn(mark(state), 'size-7.5 rounded-md')}
    >
      <Sign state={state} />
    </button>
  )
}

type State = 'true' | 'mixed' | 'false' | 'cannot'

const mark = (state: State) =>
  cn(
    'motion inline-grid place-items-center border align-middle',
    state === 'true' && 'border-accent bg-accent text-on-accent',
    state === 'mixed' && 'border-accent bg-accent-soft text-accent-text',
    state === 'false' && 'border-control bg-sunken shadow-slot',
    state === 'cannot' && 'cursor-default border-transparent text-ink-3',
  )

function Sign({ state }: { state: State }) {
  if (state === 'cannot') return <Ban aria-hidden className="size-4" />
  if (state === 'true') return <Check aria-hidden className="size-4" />
  return state === 'mixed' ? <Minus aria-hidden className="size-4" /> : null
}

export function Legend({ cannot }: { cannot: boolean }) {
  const { t } = useTranslation()
  const states: [State, string][] = [
    ['true', t('profiles.legend-on')],
    ['mixed', t('profiles.legend-some')],
    ['false', t('profiles.legend-off')],
    ...(cannot ? [['cannot', t('profiles.legend-cannot')] satisfies [State, string]] : []),
  ]
  return (
    <ul className="meta mt-2.5 flex flex-wrap items-center gap-x-4 gap-y-1">
      {states.map(([state, word]) => (
        <li key={state} className="flex items-center gap-1.75">
          <span aria-hidden className={cn(mark(state), 'size-5 rounded-xs')}>
            <Sign state={state} />
          </span>
          {word}
        </li>
      ))}
    </ul>
  )
}
