import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Backend, Closing, ProfileContent, ProfileDetail, ProfileResult, ServerView } from '@/backend'
import { count as formatCount } from '@/text/format'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Panel } from '@/ui/dialog'
import { Field, Labelled } from '@/ui/field'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { Tick } from '@/ui/tick'
import { useChange } from './use-change'

type AskProps = {
  title: string
  text?: string | undefined
  button: string
  /** it can be pressed */
  ready: boolean
  change: ReturnType<typeof useChange>
  act: () => void
  onClose: () => void
  children: ReactNode
}

/** One question, with the change that its answer makes; Enter in a field answers too. */
function Ask({ title, text, button, ready, change, act, onClose, children }: AskProps) {
  const { t } = useTranslation()
  const form = useId()
  const can = ready && !change.busy
  return (
    <Panel
      open
      onClose={onClose}
      title={title}
      text={text}
      foot={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button tone="filled" type="submit" form={form} aria-disabled={!can || undefined}>
            {button}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="mt-4"
        onSubmit={(e) => {
          e.preventDefault()
          if (can) act()
        }}
      >
        {children}
      </form>
      {change.problem && <Problem alert className="mt-3" words={change.problem} />}
    </Panel>
  )
}

type NameProps = Pick<AskProps, 'title' | 'text' | 'button' | 'onClose'> & {
  first?: string
  done: (name: string) => string
  act: (b: Backend, name: string) => Promise<ProfileResult>
  onDone?: (id: string) => void
}

/** Asks for a profile's name. */
export function NameDialog({ first = '', done, act, onDone, ...rest }: NameProps) {
  const { t } = useTranslation()
  const [name, setName] = useState(first)
  const change = useChange()
  const wanted = name.trim()
  const save = () =>
    change.run(
      (b) => act(b, wanted),
      done(wanted),
      (r) => {
        rest.onClose()
        onDone?.(r.profile)
      },
    )
  return (
    <Ask {...rest} ready={wanted !== ''} change={change} act={save}>
      <Labelled label={t('profiles.name')}>
        {(ids) => <Field {...ids} value={name} maxLength={60} onChange={(e) => setName(e.target.value)} />}
      </Labelled>
    </Ask>
  )
}

type PickProps = Pick<AskProps, 'title' | 'text' | 'onClose'> & {
  button: (n: number) => string
  choices: { id: string; label: string; text?: string; icon?: ReactNode }[]
  first: string[]
  /** nothing chosen is an answer too */
  none?: boolean
  done: (n: number) => string
  act: (b: Backend, chosen: string[], closing: Closing) => Promise<ProfileResult>
  note?: (chosen: string[]) => ReactNode
}

/** Several of a list. */
export function PickDialog({ button, choices, first, none = false, done, act, note, ...rest }: PickProps) {
  const [chosen, setChosen] = useState(first)
  const change = useChange()
  const save = () => change.run((b, how) => act(b, chosen, how), done(chosen.length), rest.onClose)
  return (
    <Ask {...rest} button={button(chosen.length)} ready={none || chosen.length > 0} change={change} act={save}>
      <Rows>
        {choices.map((c) => (
          <Tick
            key={c.id}
            label={c.label}
            text={c.text}
            icon={c.icon}
            checked={chosen.includes(c.id)}
            onChange={(on) => setChosen((old) => (on ? [...old, c.id] : old.filter((x) => x !== c.id)))}
          />
        ))}
      </Rows>
      {note?.(chosen)}
    </Ask>
  )
}

type ToolsProps = {
  profile: ProfileDetail
  content: ProfileContent
  server: ServerView | undefined
  onClose: () => void
}

/** Which tools of a server a profile lets apps use. All of them also means those to come. */
export function ToolsDialog({ profile, content, server, onClose }: ToolsProps) {
  const { t } = useTranslation()
  const tools = server?.tools ?? []
  const names = tools.map((x) => x.name)
  // A tool that was chosen and that the server no longer has stays chosen until it is taken out.
  const gone = content.tools.filter((x) => !names.includes(x))
  // Where nothing is known of the tools, what was said stays.
  const meansAll = (chosen: string[]) => (names.length > 0 ? names.every((n) => chosen.includes(n)) : content.all_tools)
  return (
    <PickDialog
      title={t('profiles.pick', { title: content.title })}
      text={names.length > 0 ? t('profiles.pick-text') : t('profiles.pick-unknown')}
      button={(n) =>
        names.length > 0 && n === names.length && gone.length === 0 ? t('profiles.pick-all') : t('profiles.pick-save')
      }
      choices={[
        ...tools.map((x) => ({ id: x.name, label: x.title || x.name, text: x.description })),
        ...gone.map((x) => ({ id: x, label: x })),
      ]}
      first={content.all_tools ? names : content.tools}
      none
      done={() => t('profiles.changed', { title: content.title, name: profile.name })}
      act={(b, chosen, how) => b.profileTools(profile.id, content.server, meansAll(chosen) ? null : chosen, how)}
      onClose={onClose}
      note={(chosen) => names.length > 0 && <Cost {...{ profile, content, server, chosen }} />}
    />
  )
}

/** What the chosen tools cost in every chat, and the apps whose limit they come up against. */
function Cost({ profile, content, server, chosen }: Omit<ToolsProps, 'onClose'> & { chosen: string[] }) {
  const { t } = useTranslation()
  const tools = server?.tools ?? []
  if (chosen.length === 0) return <p className="meta mt-2.5">{t('profiles.pick-none')}</p>
  const tokens = tools.reduce((n, x, i) => n + (chosen.includes(x.name) ? (server?.costs[i] ?? 0) : 0), 0)
  const now = content.all_tools ? tools.length : content.tools.length
  const crowded = profile.room
    .filter((r) => r.limit > 0 && content.apps.includes(r.app))
    .map((r) => ({ ...r, tools: r.tools - now + chosen.length }))
    .filter((r) => r.tools > r.limit)
  return (
    <div aria-live="polite" className="mt-2.5">
      <p className="meta num">
        {t('profiles.pick-cost', {
          count: chosen.length,
          tokens: t('profiles.tokens', { tokens: formatCount(tokens) }),
        })}
      </p>
      {crowded.map((r) => (
        <Note key={r.app} tone="warn" className="mt-2">
          {t('profiles.pick-room', { app: r.name, tools: formatCount(r.tools), limit: formatCount(r.limit) })}
        </Note>
      ))}
    </div>
  )
}
