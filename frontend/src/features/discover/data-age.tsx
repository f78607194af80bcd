import { Link } from '@tanstack/react-router'
import { CircleCheck, Clock, Download, WifiOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { SourceView } from '@/backend'
import { useJobs, useSettings, useSync } from '@/backend/queries'
import { count, useAgo } from '@/text/format'
import { TextButton } from '@/ui/button'
import { Note } from '@/ui/note'
import { useSourceProblem } from './source-problem'
import { useOnline } from './use-online'

/** Lists that are fetched. The starter catalogue is part of the program, and a file is what it is. */
const fetched = (sources: SourceView[]) =>
  sources.filter((s) => s.enabled && s.allowed && s.kind !== 'file' && s.source !== 'starter')

const oldest = (sources: SourceView[]) =>
  fetched(sources)
    .flatMap((s) => (s.synced ? [s.synced] : []))
    .sort()[0]

const isOld = (time: string) => Date.now() - new Date(time).getTime() > 24 * 3_600_000

/** How old the lists are, in a word beside the search field. */
export function DataAge() {
  const { t } = useTranslation()
  const ago = useAgo()
  const { data } = useSettings()
  if (!data) return null
  const time = oldest(data.sources)
  const Icon = time && !isOld(time) ? CircleCheck : Clock
  return (
    <p className="meta flex shrink-0 items-center gap-1.5 whitespace-nowrap tight:hidden">
      <Icon aria-hidden className="size-3.5" />
      {time ? t('discover.age', { ago: ago(time) }) : t('discover.never')}
    </p>
  )
}

/** The first fetch, no network, or a list that did not answer: said once, quietly; the rest goes on working. */
export function SourceNote() {
  const { t } = useTranslation()
  const ago = useAgo()
  const online = useOnline()
  const { data } = useSettings()
  const { data: jobs } = useJobs()
  const sync = useSync()
  const problem = useSourceProblem()
  if (!data) return null
  const syncing = (jobs ?? []).find((j) => j.kind === 'sync' && j.state === 'running')
  const again = (source: string) =>
    !syncing && <TextButton onClick={() => sync.mutate(source)}>{t('retry', { ns: 'actions' })}</TextButton>
  const lists = fetched(data.sources)
  const time = oldest(data.sources)
  if (syncing && !time) {
    return (
      <Note tone="info" icon={Download} className="mt-3">
        <strong className="font-semibold">{t('discover.first-sync')}</strong>{' '}
        {syncing.progress.done > 0
          ? t('discover.first-sync-read', { n: count(syncing.progress.done) })
          : t('discover.first-sync-text')}
      </Note>
    )
  }
  const failed = lists.filter((s) => s.error !== '')
  const silent = failed.length > 0 && failed.length === lists.length && failed.every((s) => s.error === unreachable)
  if (!online || silent) {
    return (
      <Note icon={WifiOff} className="mt-3" action={again('')}>
        <strong className="font-semibold text-ink">{online ? t('discover.silent') : t('discover.offline')}</strong>{' '}
        {time ? t('discover.offline-age', { ago: ago(time) }) : t('discover.offline-picks')}
      </Note>
    )
  }
  const first = failed[0]
  if (!first) return null
  return (
    <Note
      tone="warn"
      icon={Clock}
      className="mt-3"
      action={
        failed.length === 1 ? (
          again(first.source)
        ) : (
          <Link to="/settings" search={{ part: 'sources' }} className="font-medium text-accent-text hover:underline">
            {t('discover.show-sources')}
          </Link>
        )
      }
    >
      <strong className="font-semibold">{problem(failed)}</strong>{' '}
      {failed.length === 1 && first.synced
        ? t('discover.source-old', { ago: ago(first.synced) })
        : t('discover.source-none')}
    </Note>
  )
}

const unreachable = 'source_unreachable'
