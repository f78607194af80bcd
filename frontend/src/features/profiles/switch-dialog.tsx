import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toWords } from '@/backend'
import { useApps, useProfiles, useSwitchPreview } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Changes } from '@/ui/changes'
import { Panel } from '@/ui/dialog'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { SkeletonChange } from '@/ui/skeleton'
import { Difference } from './difference'
import { useChange } from './use-change'

/** What a switch would change, before it is made; apps in the way can be left as they are. */
export function SwitchDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { t } = useTranslation()
  const [skip, setSkip] = useState<string[]>([])
  const apps = useApps()
  const profiles = useProfiles()
  const to = profiles.data?.find((p) => p.id === id)
  const preview = useSwitchPreview(id, skip)
  const change = useChange()
  const problem = change.problem ?? (preview.error ? toWords(preview.error) : undefined)
  const inTheWay = (problem?.needs ?? []).filter((n) => n.kind === 'skip')
  const plan = preview.data
  return (
    <Panel
      open
      wide
      onClose={onClose}
      title={t('profiles.switch-title', { name })}
      text={t('profiles.switch-text')}
      foot={
        <>
          <p className="meta flex grow items-center gap-1.5">
            <Undo2 aria-hidden className="size-3.5" />
            {t('sheet.copy-kept')}
          </p>
          <Button tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            tone="filled"
            aria-disabled={!plan || change.busy || undefined}
            onClick={() => {
              if (!plan || change.busy) return
              change.run((b, how) => b.switchProfile(id, skip, how), t('profiles.switched', { name }), onClose)
            }}
          >
            {t('profiles.switch', { name })}
          </Button>
        </>
      }
    >
      <div className="mt-4 flex flex-col gap-3">
        {to && <Difference from={profiles.data?.find((p) => p.active)} to={to} />}
        {problem && (
          <Problem
            alert
            words={problem}
            actions={
              inTheWay.length > 0 &&
              inTheWay.map((n) => (
                <Button key={n.name} size="sm" onClick={() => setSkip((old) => [...old, n.name])}>
                  {t('profiles.skip', { app: apps.data?.find((a) => a.id === n.name)?.name ?? n.name })}
                </Button>
              ))
            }
          />
        )}
        {plan?.warnings.map((w) => (
          <Note key={w.text} tone="warn">
            {w.text}
          </Note>
        ))}
        {plan && plan.restart.length > 0 && (
          <Note>
            <p className="font-semibold">{t('profiles.restart')}</p>
            <ul>
              {plan.restart.map((r) => (
                <li key={r.app}>{r.text.startsWith(r.name) ? r.text : `${r.name}: ${r.text}`}</li>
              ))}
            </ul>
          </Note>
        )}
        {plan && <Changes files={plan.files} />}
        {plan && plan.files.length === 0 && <p className="meta">{t('profiles.switch-nothing')}</p>}
        {preview.isPending && <SkeletonChange label={t('loading')} />}
      </div>
    </Panel>
  )
}
