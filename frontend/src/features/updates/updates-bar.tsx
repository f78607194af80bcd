import { CircleArrowUp } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { toWords, type UpdateView } from '@/backend'
import { useJobs, useUpdateServers } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'

/** True when a newer version waits for its user's yes. */
export const updateReady = (u: UpdateView) =>
  (u.state === 'newer' || u.state === 'changed') && !u.pinned && !u.gone_back

/** How many updates there are, and all of them at once. Those that change what was trusted ask first. */
export function UpdatesBar({ updates }: { updates: UpdateView[] }) {
  const { t } = useTranslation()
  const start = useUpdateServers()
  const { data: jobs } = useJobs()
  const ready = updates.filter(updateReady)
  const job = (id: string) => (jobs ?? []).find((j) => j.subject === id && j.kind === 'update')
  const asks = ready.filter((u) => {
    const j = job(u.server)
    return j?.state === 'failed' && (j.error?.code === 'consent_needed' || j.error?.code === 'input_needed')
  })
  const open = ready.filter((u) => !asks.includes(u) && job(u.server)?.state !== 'running')
  if (ready.length === 0) return null
  return (
    <>
      <Note
        tone="info"
        icon={CircleArrowUp}
        className="mt-3"
        action={
          open.length > 0 && (
            <Button size="sm" disabled={start.isPending} onClick={() => start.mutate(open.map((u) => u.server))}>
              {t('updates.all')}
            </Button>
          )
        }
      >
        <span className="font-semibold">{t('updates.ready', { count: ready.length })}</span>{' '}
        {asks.length > 0 && t('updates.ask-first', { count: asks.length })}
      </Note>
      {start.error && <Problem alert className="mt-2" words={toWords(start.error)} />}
    </>
  )
}
