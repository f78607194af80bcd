import { Clock, FileUp, Layers, Lock, RefreshCw } from 'lucide-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CatalogueSize, type SourceView, toWords } from '@/backend'
import { useImportFile, useJobs, useOrderSources, useSync } from '@/backend/queries'
import { useSourceProblem } from '@/features/discover/source-problem'
import { bytes, count, useAgo } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { useToast } from '@/ui/toast'
import { AddRegistry } from './add-registry'
import { useReorder } from './reorder'
import { SourceRow } from './source-row'

/** Where Discover gets its servers: rank, health in a word, age, count, on or off. */
export function Sources({ sources, size }: { sources: SourceView[]; size: CatalogueSize }) {
  const { t } = useTranslation()
  const say = useToast()
  const sync = useSync()
  const place = useOrderSources()
  const importFile = useImportFile()
  const { data: jobs } = useJobs()
  const rows = useRef(new Map<string, HTMLTableRowElement>())
  const [said, setSaid] = useState('')
  const ids = sources.map((s) => s.source)
  const { order, dragged, move, drag } = useReorder(ids, (next, done) => place.mutate(next, { onSettled: done }))
  const shown = order.flatMap((id) => sources.filter((s) => s.source === id))
  const running = (jobs ?? []).filter((j) => j.kind === 'sync' && j.state === 'running')
  const problem = sync.error ?? place.error ?? importFile.error
  const moveAndSay = (s: SourceView, by: number) =>
    setSaid(t('settings.moved', { name: s.name, n: move(s.source, by) + 1, of: sources.length }))
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <div className="min-w-0 grow basis-60">
          <h2 className="text-section">{t('settings.sources')}</h2>
          <p className="mt-0.5 text-ink-3 text-second">{t('settings.sources-text')}</p>
        </div>
        <Button onClick={() => sync.mutate('')} disabled={running.length > 0 || sync.isPending}>
          <RefreshCw aria-hidden className="size-4" />
          {running.length > 0 ? t('settings.checking') : t('settings.check-all')}
        </Button>
      </div>
      <div className="overflow-x-auto rounded-lg border border-line bg-card shadow-card">
        <table className="w-full">
          <thead className="text-ink-3 text-meta">
            <tr className="h-8 text-left *:px-3 *:font-medium">
              <td />
              <th scope="col">{t('settings.source')}</th>
              <th scope="col">{t('settings.health')}</th>
              <th scope="col" className="narrow:hidden">
                {t('settings.last')}
              </th>
              <th scope="col" className="text-right">
                {t('settings.count')}
              </th>
              <th scope="col" className="text-right">
                {t('settings.use')}
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {shown.map((s, i) => (
              <SourceRow
                key={s.source}
                source={s}
                place={i + 1}
                of={shown.length}
                checking={running.some((j) => j.subject === s.source)}
                dragged={dragged === s.source}
                onMove={(by) => moveAndSay(s, by)}
                onDrag={drag(s.source, () => order.flatMap((id) => rows.current.get(id) ?? []))}
                onCheck={() => sync.mutate(s.source)}
                rowRef={(row) => {
                  if (row) rows.current.set(s.source, row)
                  else rows.current.delete(s.source)
                }}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p role="status" className="sr-only">
        {said}
      </p>
      {problem && <Problem alert className="mt-3" words={toWords(problem)} />}
      <Failures sources={sources} onRetry={(s) => sync.mutate(s)} />
      {sources.some((s) => !s.allowed) && (
        <Note icon={Lock} className="mt-3">
          {t('settings.policy')}
        </Note>
      )}
      <p className="meta mt-2.5 flex items-start gap-2">
        <Layers aria-hidden className="mt-px size-3.5 shrink-0" />
        {t('settings.all-local', { n: count(size.entries), servers: count(size.servers), size: bytes(size.bytes) })}
      </p>
      <AddRegistry />
      <SectionHead title={t('settings.import')} remark={t('settings.import-remark')} className="mt-6 mb-2.5" />
      <Button
        disabled={importFile.isPending}
        onClick={() =>
          importFile.mutate(undefined, {
            onSuccess: (r) => {
              if (r) say(t('settings.imported', { count: r.kept }))
            },
          })
        }
      >
        <FileUp aria-hidden className="size-4" />
        {t('settings.choose-file')}
      </Button>
    </>
  )
}

/** The lists that could not be read: one or two by name with what is shown instead, more as one line. */
function Failures({ sources, onRetry }: { sources: SourceView[]; onRetry: (source: string) => void }) {
  const { t } = useTranslation()
  const ago = useAgo()
  const told = useSourceProblem()
  const failed = sources.filter((s) => s.enabled && s.allowed && s.error !== '')
  if (failed.length > 2)
    return (
      <Note
        tone="warn"
        icon={Clock}
        className="mt-3"
        action={<TextButton onClick={() => onRetry('')}>{t('settings.try-now')}</TextButton>}
      >
        <strong className="font-semibold">{told(failed)}</strong> {t('discover.source-none')}
      </Note>
    )
  return failed.map((s) => (
    <Note
      key={s.source}
      tone="warn"
      icon={Clock}
      className="mt-3"
      action={<TextButton onClick={() => onRetry(s.source)}>{t('settings.try-now')}</TextButton>}
    >
      <strong className="font-semibold">{told([s])}</strong>{' '}
      {s.synced ? t('discover.source-old', { ago: ago(s.synced) }) : t('discover.source-none')}
    </Note>
  ))
}
