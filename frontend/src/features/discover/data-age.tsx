import { CircleCheck, Clock, WifiOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { SourceView } from '@/backend'
import { useSettings, useSync } from '@/backend/queries'
import { useAgo } from '@/text/format'
import { TextButton } from '@/ui/button'
import { Note } from '@/ui/note'
import { useOnline } from './use-online'

/** The starter catalogue is part of the program and has no age of its own. */
const dated = (sources: SourceView[]) => sources.filter((s) => s.enabled && s.source !== 'starter' && s.synced !== null)

const oldest = (sources: SourceView[]) =>
  dated(sources)
    .map((s) => s.synced ?? '')
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

/** Offline, or one list that did not answer: said once, quietly; the rest goes on working. */
export function SourceNote() {
  const { t } = useTranslation()
  const ago = useAgo()
  const online = useOnline()
  const { data } = useSettings()
  const sync = useSync()
  const again = (source: string) => (
    <TextButton onClick={() => sync.mutate(source)}>{t('retry', { ns: 'actions' })}</TextButton>
  )
  if (!data) return null
  const time = oldest(data.sources)
  if (!online) {
    return (
      <Note icon={WifiOff} className="mt-3" action={again('')}>
        <strong className="font-semibold text-ink">{t('discover.offline')}</strong>{' '}
        {time ? t('discover.offline-age', { ago: ago(time) }) : t('discover.offline-picks')}
      </Note>
    )
  }
  const failed = data.sources.find((s) => s.enabled && s.error !== '')
  if (!failed) return null
  return (
    <Note tone="warn" className="mt-3" action={again(failed.source)}>
      <strong className="font-semibold">{t('discover.source-failed', { name: failed.name })}</strong>{' '}
      {failed.synced ? t('discover.source-old', { ago: ago(failed.synced) }) : t('discover.source-none')}
    </Note>
  )
}
