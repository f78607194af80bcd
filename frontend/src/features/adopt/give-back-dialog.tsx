import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ServerView, toWords } from '@/backend'
import { useGiveBack, useGiveBackPreview } from '@/backend/queries'
import { useSayDone } from '@/features/activity/use-say-done'
import { Consent } from '@/features/install/consents'
import { Button } from '@/ui/button'
import { Changes } from '@/ui/changes'
import { Panel } from '@/ui/dialog'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { SkeletonChange } from '@/ui/skeleton'

/** The entries of a server as they were before Toolbay took it over; a key that comes back into a file is asked about. */
export function GiveBackDialog({ server, onClose }: { server: ServerView; onClose: () => void }) {
  const { t } = useTranslation()
  const sayDone = useSayDone()
  const look = useGiveBackPreview(server.id)
  const give = useGiveBack()
  const [agreed, setAgreed] = useState(false)
  const risks = look.data?.risks ?? []
  const files = look.data?.files ?? []
  const ready = look.data !== undefined && files.length > 0 && (risks.length === 0 || agreed) && !give.isPending
  const problem = give.error ?? look.error
  const run = () => {
    if (!ready) return
    give.mutate(
      { server: server.id, agreed },
      {
        onSuccess: (r) => {
          onClose()
          sayDone(t('adopt.given', { title: server.title }), r.change)
        },
      },
    )
  }
  return (
    <Panel
      open
      wide
      onClose={onClose}
      title={t('adopt.give-title', { title: server.title })}
      text={t('adopt.give-text')}
      foot={
        <>
          {risks.length > 0 && !agreed && (
            <p role="status" className="grow text-ink-3 text-meta">
              {t('adopt.wait-risk')}
            </p>
          )}
          <Button tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button tone="filled" aria-disabled={!ready || undefined} onClick={run}>
            {t('adopt.give-do')}
          </Button>
        </>
      }
    >
      <div className="mt-4 flex flex-col gap-3">
        {problem && <Problem alert words={toWords(problem)} onLeave={onClose} />}
        {risks.length > 0 && (
          <Note tone="warn">
            {risks.map((r) => (
              <p key={r.text}>{r.text}</p>
            ))}
            <Consent checked={agreed} onChange={setAgreed}>
              {t('adopt.give-agree')}
            </Consent>
          </Note>
        )}
        <Changes files={files} />
        {look.data && files.length === 0 && <p className="text-ink-2">{t('adopt.give-nothing')}</p>}
        {look.data?.restart.map((r) => (
          <p key={r.app} className="meta">
            {r.name}: {r.text}
          </p>
        ))}
        {look.isPending && <SkeletonChange label={t('loading')} />}
      </div>
    </Panel>
  )
}
