import { FilePlus2, FileText, FileX2 } from 'lucide-react'
import { Fragment, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { FileDiff } from '@/backend'
import { cn } from './cn'
import { type DiffLine, parseDiff } from './parse-diff'

const ground = {
  same: '',
  add: 'bg-ok-soft',
  del: 'bg-bad-soft',
  change: 'bg-ok-soft',
} as const

const signs = { same: '', add: '+', del: '−', change: '+' }

/** The change to one file, line by line, each with its sign. marks are numbers beside lines as they were before. */
export function DiffView({ file, marks }: { file: FileDiff; marks?: Map<number, number> }) {
  const { t } = useTranslation()
  const Icon = file.creates ? FilePlus2 : file.removes ? FileX2 : FileText
  const lines = parseDiff(file.diff)
  return (
    <figure className="min-w-0">
      <figcaption className="meta mb-1.5 flex items-center gap-1.5">
        <Icon aria-hidden className="size-3.5 shrink-0" />
        <span className="selectable truncate font-mono" title={file.path}>
          {file.shown}
        </span>
        {file.creates && <span className="shrink-0">{t('diff.creates')}</span>}
        {file.removes && <span className="shrink-0">{t('diff.removes')}</span>}
      </figcaption>
      <div className="overflow-hidden rounded-md border border-line bg-sunken font-mono text-code tracking-normal">
        {lines.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a change never moves its lines
          <Line key={i} line={line} mark={marks?.get(before(line))} />
        ))}
      </div>
    </figure>
  )
}

/** The line's number in the file as it was, 0 for none. */
function before(line: DiffLine): number {
  if (line.kind === 'del') return line.number
  return line.kind === 'change' ? (line.was ?? 0) : 0
}

function Line({ line, mark }: { line: DiffLine; mark: number | undefined }) {
  const { t } = useTranslation()
  if (line.kind === 'fold') {
    return (
      <div className="grid grid-cols-[2.125rem_1.125rem_1fr] border-line border-y bg-panel text-ink-3">
        <span />
        <span />
        <span>{t('diff.fold', { count: line.lines })}</span>
      </div>
    )
  }
  return (
    <div className={cn('grid grid-cols-[2.125rem_1.125rem_minmax(0,1fr)_auto]', ground[line.kind])}>
      <span className="num pr-2 text-right text-ink-3">{line.number}</span>
      <span aria-hidden className={cn('text-center font-bold', line.kind === 'del' ? 'text-bad' : 'text-ok')}>
        {signs[line.kind]}
      </span>
      <span className="selectable pr-3 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {line.kind !== 'same' && <span className="sr-only">{t(`diff.${line.kind}`)}</span>}
        {marked(line)}
      </span>
      {mark !== undefined && <NumberMark bad>{mark}</NumberMark>}
    </div>
  )
}

/** Ties a line to the words about it. */
export function NumberMark({ children, bad = false }: { children: ReactNode; bad?: boolean }) {
  return (
    <span
      className={cn(
        'num mr-2.5 grid size-4.5 shrink-0 place-items-center self-center rounded-full font-sans font-semibold text-meta text-on-accent',
        bad ? 'bg-bad' : 'bg-accent',
      )}
    >
      {children}
    </span>
  )
}

function marked(line: Exclude<DiffLine, { kind: 'fold' }>): ReactNode {
  if (!line.mark) return keysIn(line.text, 0)
  const [from, to] = line.mark
  return (
    <>
      {keysIn(line.text.slice(0, from), 0)}
      <mark className={cn('rounded-[3px] text-ink', line.kind === 'del' ? 'bg-bad-mark' : 'bg-ok-mark')}>
        {line.text.slice(from, to)}
      </mark>
      {keysIn(line.text.slice(to), to)}
    </>
  )
}

/** Names of members in the accent's colour; a help for the eye, nothing more. */
function keysIn(text: string, offset: number): ReactNode {
  const parts = text.split(/("(?:[^"\\]|\\.)*"(?=\s*:))/)
  return parts.map((part, i) => {
    const key = `${offset}-${i}`
    return i % 2 === 1 ? (
      <span key={key} className="text-accent-text">
        {part}
      </span>
    ) : (
      <Fragment key={key}>{part}</Fragment>
    )
  })
}
