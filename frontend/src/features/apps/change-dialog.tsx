import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AppView, type ServerView, toWords } from '@/backend'
import { useChangePreview, useConnect, useDisconnect } from '@/backend/queries'
import { useSayDone } from '@/features/activity/use-say-done'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Panel } from '@/ui/dialog'
import { DiffView } from '@/ui/diff-view'
import { Problem } from '@/ui/problem'
import { SkeletonChange } from '@/ui/skeleton'
import { Tick } from '@/ui/tick'
import { Tile } from '@/ui/tile'

type Props = {
  app: AppView
  kind: 'connect' | 'disconnect'
  /** what is chosen at the start */
  servers: string[]
  /** what else may be chosen; empty when there is nothing to choose */
  choices: ServerView[]
  onClose: () => void
}

/** The change to an app's file, shown before it is made. */
export function ChangeDialog({ app, kind, servers, choices, onClose }: Props) {
  const { t } = useTranslation()
  const sayDone = useSayDone()
  const [chosen, setChosen] = useState(servers)
  const preview = useChangePreview(kind, app.id, chosen)
  const connect = useConnect()
  const disconnect = useDisconnect()
  const act = kind === 'connect' ? connect : disconnect
  const problem = act.error ?? preview.error

  const apply = () => {
    if (chosen.length === 0 || act.isPending) return
    act.mutate(
      { app: app.id, servers: chosen },
      {
        onSuccess: (r) => {
          onClose()
          const text =
            kind === 'connect'
              ? t('apps.connected', { app: app.name, count: chosen.length })
              : t('apps.disconnected', { app: app.name, count: chosen.length })
          sayDone(text, r.change)
        },
      },
    )
  }

  return (
    <Panel
      open
      wide
      onClose={onClose}
      title={
        kind === 'connect' ? t('apps.connect-title', { app: app.name }) : t('apps.disconnect-title', { app: app.name })
      }
      text={kind === 'connect' ? t('apps.connect-text') : t('apps.disconnect-text')}
      foot={
        <>
          <p className="meta flex grow items-center gap-1.5">
            <Undo2 aria-hidden className="size-3.5" />
            {t('sheet.copy-kept')}
          </p>
          <Button tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button tone="filled" onClick={apply} aria-disabled={chosen.length === 0 || act.isPending || undefined}>
            {kind === 'connect' ? t('apps.connect', { count: chosen.length }) : t('apps.disconnect')}
          </Button>
        </>
      }
    >
      {choices.length > 0 && (
        <Rows className="mt-4">
          {choices.map((s) => (
            <Tick
              key={s.id}
              label={s.title}
              icon={<Tile name={s.title} category={s.category} size={24} />}
              checked={chosen.includes(s.id)}
              onChange={(on) => setChosen((old) => (on ? [...old, s.id] : old.filter((id) => id !== s.id)))}
            />
          ))}
        </Rows>
      )}
      <div className="mt-4">
        {problem ? (
          <Problem alert words={toWords(problem)} />
        ) : chosen.length === 0 ? (
          <p className="meta">{t('apps.choose-one')}</p>
        ) : preview.data ? (
          <div className="flex flex-col gap-3">
            {preview.data.files.map((f) => (
              <DiffView key={f.path} file={f} />
            ))}
          </div>
        ) : (
          <SkeletonChange label={t('loading')} />
        )}
      </div>
    </Panel>
  )
}
