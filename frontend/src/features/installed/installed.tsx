import { Link } from '@tanstack/react-router'
import { CircleArrowUp, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AppView, type ServerView, toWords, type UpdateView } from '@/backend'
import { useApps, useCheckUpdates, useServers, useTestServer, useUpdates } from '@/backend/queries'
import { Notices } from '@/features/notices/notices'
import { usePaste } from '@/features/paste/paste-context'
import { PasteButton } from '@/features/paste/paste-sheet'
import { UpdatesBar, updateReady } from '@/features/updates/updates-bar'
import { Button, buttonClass } from '@/ui/button'
import { Rows } from '@/ui/card'
import { type Choice, Segmented } from '@/ui/choice'
import { Empty } from '@/ui/empty'
import { FindField } from '@/ui/field'
import { LoadProblem } from '@/ui/problem'
import { PageBody, PageHead, SectionHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { ExtensionsNote } from './extensions'
import { ServerRow } from './server-row'
import { SwitchedOff } from './switched-off'

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
            <SwitchedOff />
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
            {filter === 'all' && find === '' && <SwitchedOff />}
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
