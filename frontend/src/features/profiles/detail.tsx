import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ProfileContent, ProfileDetail } from '@/backend'
import { useApps, useServers } from '@/backend/queries'
import { list } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Empty } from '@/ui/empty'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { Folders, Room } from './aside'
import { type Asked, firstProfile } from './asked-dialog'
import { ToolsDialog } from './dialogs'
import { Legend, Matrix } from './matrix'
import { OwnDialog } from './own-dialog'
import { useChange } from './use-change'

/** What a profile has: its servers and apps, its folders, and the room it takes. */
export function Detail({ profile, onAsk }: { profile: ProfileDetail; onAsk: (what: Asked) => void }) {
  const { t } = useTranslation()
  const apps = useApps()
  const servers = useServers()
  const change = useChange()
  const [tools, setTools] = useState<ProfileContent | null>(null)
  const [own, setOwn] = useState<ProfileContent | null>(null)
  const missing = (servers.data ?? []).filter((s) => !profile.servers.includes(s.id))
  const { id, name } = profile
  const cannot = profile.contents.some((c) => Object.keys(c.cannot).length > 0)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_18.25rem] gap-5 narrow:grid-cols-1">
      <div className="min-w-0">
        <div className="mb-2.5 flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <p className="meta num grow">
            {profile.contents.length > 0 && t('profiles.in', { count: profile.contents.length, name })}
          </p>
          <TextButton onClick={() => onAsk('apps')}>{t('profiles.apps')}</TextButton>
        </div>
        {change.problem && <Problem alert className="mb-2.5" words={change.problem} />}
        {profile.contents.length === 0 ? (
          <Empty
            title={t('profiles.empty', { name })}
            action={
              missing.length > 0 && (
                <Button onClick={() => onAsk('add')}>
                  <Plus aria-hidden className="size-4" />
                  {t('profiles.add')}
                </Button>
              )
            }
          >
            {servers.data?.length === 0 && t('apps.none-get')}
          </Empty>
        ) : (
          <>
            <Matrix
              profile={profile}
              apps={apps.data ?? []}
              servers={servers.data ?? []}
              onTools={setTools}
              onOwn={id === firstProfile ? undefined : setOwn}
              onCell={(c, app, on) =>
                change.run(
                  (b, how) => b.profileCell(id, c.server, app, on, how),
                  t('profiles.changed', { title: c.title, name }),
                )
              }
              onRemove={(c) =>
                change.run(
                  (b, how) => b.removeFromProfile(id, [c.server], how),
                  t('profiles.taken', { title: c.title, name }),
                )
              }
            >
              {missing.length > 0 && (
                <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-t px-3.5 py-2.5">
                  <TextButton onClick={() => onAsk('add')}>
                    <Plus aria-hidden className="size-3.5" />
                    {t('profiles.add')}
                  </TextButton>
                  <p className="meta min-w-0 grow truncate text-right">
                    {t('profiles.not-in', { name, servers: list(missing.map((s) => s.title)) })}
                  </p>
                </div>
              )}
            </Matrix>
            {id === firstProfile && <p className="meta mt-2.5">{t('profiles.own-first', { name })}</p>}
            {profile.apps.length > 0 ? (
              <Legend cannot={cannot} />
            ) : (
              <p className="meta mt-2.5">{t('profiles.no-apps', { name })}</p>
            )}
          </>
        )}
        {profile.warnings.map((w) => (
          <Note key={w.code + w.app + w.server} tone="warn" className="mt-3">
            {w.text}
          </Note>
        ))}
      </div>
      <div className="min-w-0">
        <Folders profile={profile} />
        <Room profile={profile} />
      </div>
      {own && <OwnDialog profile={profile} content={own} onClose={() => setOwn(null)} />}
      {tools && (
        <ToolsDialog
          profile={profile}
          content={tools}
          server={servers.data?.find((s) => s.id === tools.server)}
          onClose={() => setTools(null)}
        />
      )}
    </div>
  )
}
