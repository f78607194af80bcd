import {
  BadgeCheck,
  Check,
  ClipboardPaste,
  KeyRound,
  type LucideIcon,
  Plus,
  SearchX,
  TriangleAlert,
} from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PasteItem, toWords } from '@/backend'
import { useJobs, usePasteReview } from '@/backend/queries'
import { useInstallSheet } from '@/features/install/install-context'
import { useKindWord } from '@/features/listing/ways'
import { list } from '@/text/format'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Details, Log } from '@/ui/details'
import { Panel } from '@/ui/dialog'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { Tile } from '@/ui/tile'

type Props = { first: string; open: boolean; onClose: () => void; onAgain: (text?: string) => void }

/** "Paste anything": a box, and then what was found in it. The text itself is not shown again: keys may stand in it. */
export function PasteSheet({ first, open, onClose, onAgain }: Props) {
  const { t } = useTranslation()
  const review = usePasteReview()
  const id = useId()
  const [text, setText] = useState('')
  const box = useRef<HTMLTextAreaElement>(null)
  const { mutate } = review
  const look = (what: string) => {
    if (what.trim() !== '') mutate(what, { onSuccess: () => setText('') })
  }
  useEffect(() => {
    if (open && first.trim() !== '') mutate(first)
  }, [open, first, mutate])

  const found = review.data?.items ?? []
  if (found.length > 0) {
    return (
      <Panel
        open={open}
        onClose={onClose}
        wide
        title={t('paste.found', { count: found.length })}
        text={t('paste.nothing-yet')}
        foot={
          <>
            <Button size="lg" tone="quiet" onClick={() => onAgain()}>
              {t('paste.again')}
            </Button>
            <span className="grow" />
            <Button size="lg" tone="quiet" onClick={onClose}>
              {t('close')}
            </Button>
          </>
        }
      >
        <Rows className="mt-4">
          {found.map((item) => (
            <Item key={item.ref} item={item} only={found.length === 1} onLeave={onClose} />
          ))}
        </Rows>
      </Panel>
    )
  }
  const submit = (e: FormEvent) => {
    e.preventDefault()
    look(text)
  }
  return (
    <Panel
      open={open}
      onClose={onClose}
      wide
      title={t('paste.title')}
      text={t('paste.text')}
      foot={
        <>
          <Button size="lg" tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            size="lg"
            tone="filled"
            type="submit"
            form={id}
            aria-disabled={text.trim() === '' || review.isPending || undefined}
          >
            {review.isPending ? t('paste.looking') : t('paste.look')}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="mt-4">
        <label htmlFor={`${id}-box`} className="sr-only">
          {t('paste.box')}
        </label>
        <textarea
          id={`${id}-box`}
          ref={box}
          rows={7}
          spellCheck={false}
          autoComplete="off"
          value={text}
          placeholder={t('paste.placeholder')}
          onChange={(e) => setText(e.target.value)}
          onPaste={(e) => {
            const pasted = e.clipboardData.getData('text/plain')
            if (text.trim() !== '' || pasted.trim() === '') return
            e.preventDefault()
            setText(pasted)
            look(pasted)
          }}
          onKeyDown={(e) => {
            if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) look(text)
          }}
          className="block w-full resize-none rounded-md border border-control bg-card px-3 py-2.5 font-mono text-code text-ink tracking-normal outline-none select-text focus-visible:border-ring focus-visible:outline-2 focus-visible:outline-ring focus-visible:outline-offset-1"
        />
      </form>
      <div role="status">
        {review.data && (
          <Note className="mt-3" icon={SearchX}>
            <p className="font-semibold">{t('paste.none')}</p>
            <p className="mt-0.5">{t('paste.none-hint')}</p>
          </Note>
        )}
      </div>
      {review.error && <Problem alert className="mt-3" words={toWords(review.error)} />}
      <p className="meta mt-3">{t('paste.safe')}</p>
    </Panel>
  )
}

function Item({ item, only, onLeave }: { item: PasteItem; only: boolean; onLeave: () => void }) {
  const { t } = useTranslation()
  const kind = useKindWord()
  const sheet = useInstallSheet()
  const { data: jobs } = useJobs()
  const here = (jobs ?? []).find((j) => j.subject === item.ref && j.kind === 'install')
  const review = () => {
    onLeave()
    sheet.open({ ref: item.ref, pack: -1, title: item.title, publisher: item.publisher, category: item.category })
  }
  return (
    <li className="flex items-start gap-3 px-3.5 py-3">
      <Tile name={item.title} category={item.category} size={32} />
      <div className="min-w-0 grow">
        <h3 className="text-body leading-4.5 [overflow-wrap:anywhere]">{item.title}</h3>
        <p className="meta">{[kind(item.kind), item.publisher].filter(Boolean).join(' · ')}</p>
        {item.known !== '' && (
          <Line icon={BadgeCheck} tone="text-accent-text">
            {t('paste.known', { title: item.known })}
          </Line>
        )}
        {item.keys.length > 0 && (
          <Line icon={KeyRound} tone="text-ink-3">
            {t('paste.keys', { count: item.keys.length, names: list(item.keys) })}
          </Line>
        )}
        {item.warnings.map((w) => (
          <Line key={w} icon={TriangleAlert} tone="text-warn">
            {w}
          </Line>
        ))}
        <Details className="mt-1.5" label={t('listing.exact')}>
          <Log label={t('listing.exact')}>
            {[item.name, `${item.package.type}  ${item.package.identifier}  ${item.package.version}`].join('\n')}
          </Log>
        </Details>
      </div>
      {here?.state === 'done' ? (
        <span className="inline-flex h-7 items-center gap-1.5 font-medium text-ink-3 text-second">
          <Check aria-hidden className="size-3.5 text-ok" />
          {t('get.installed')}
        </span>
      ) : item.usable ? (
        <Button size={only ? 'md' : 'sm'} tone={only ? 'filled' : 'plain'} onClick={review}>
          {t('paste.review')} <span className="sr-only">{item.title}</span>
        </Button>
      ) : (
        <span className="meta">{t('get.not-yet')}</span>
      )}
    </li>
  )
}

function Line({ icon: Icon, tone, children }: { icon: LucideIcon; tone: string; children: ReactNode }) {
  return (
    <p className="mt-1 flex items-start gap-1.5 text-second [overflow-wrap:anywhere]">
      <Icon aria-hidden className={`mt-0.75 size-3.5 shrink-0 ${tone}`} />
      <span className="min-w-0">{children}</span>
    </p>
  )
}

/** Text that is no search word: something to look through for servers. */
export function looksPasted(text: string): boolean {
  const s = text.trim()
  return (
    /[\n{]/.test(s) ||
    /:\/\//.test(s) ||
    /^(npx|uvx|uv|docker|podman|pipx|node|python3?|bunx|deno|claude|code|codex|gemini)\s+\S/.test(s)
  )
}

/** Opens the box from a screen's head. */
export function PasteButton({ short = false, onClick }: { short?: boolean; onClick: () => void }) {
  const { t } = useTranslation()
  return (
    <Button onClick={onClick} size={short ? 'lg' : 'md'} className={short ? 'px-3.5 text-ui' : ''}>
      {short ? <ClipboardPaste aria-hidden className="size-4" /> : <Plus aria-hidden className="size-4" />}
      {short ? t('paste.open') : t('paste.add')}
    </Button>
  )
}
