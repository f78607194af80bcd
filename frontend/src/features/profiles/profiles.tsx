import { Download, Ellipsis, Plus, Share } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ProfileContent, type ProfileDetail, type ProfileView, toWords, useBackend } from '@/backend'
import { useApps, useExportProfile, useProfile, useProfiles, useServers } from '@/backend/queries'
import { useProjects } from '@/features/projects/projects-context'
import { list } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Segmented } from '@/ui/choice'
import { Empty } from '@/ui/empty'
import { Menu, MenuItem } from '@/ui/menu'
import { Note } from '@/ui/note'
import { LoadProblem, Problem } from '@/ui/problem'
import { PageBody, PageHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { useToast } from '@/ui/toast'
import { Folders, Room } from './aside'
import { type Asked, AskedDialog } from './asked-dialog'
import { ToolsDialog } from './dialogs'
import { Legend, Matrix } from './matrix'
import { OwnDialog } from './own-dialog'
import { useChange } from './use-change'

/** The one that is always there: it has each server's own settings and keys. */
const firstProfile = 'default'

/** Sets of servers: which app gets what, and switching from one to another. */
export function Profiles() {
  const { t } = useTranslation()
  const profiles = useProfiles()
  const [picked, setPicked] = useState('')
  const [asked, setAsked] = useState<Asked>('')
  const all = profiles.data ?? []
  const shown = all.find((p) => p.id === picked) ?? all.find((p) => p.active) ?? all[0]
  const detail = useProfile(shown?.id ?? '')
  return (
    <>
      <PageHead title={t('nav.profiles')}>
        <ImportButton />
        {shown && <ShareButton profile={shown} />}
        <Button tone="filled" onClick={() => setAsked('new')}>
          <Plus aria-hidden className="size-4" />
          {t('profiles.new')}
        </Button>
      </PageHead>
      <PageBody>
        {profiles.isPending ? (
          <SkeletonRows rows={5} label={t('loading')} />
        ) : profiles.isError ? (
          <LoadProblem words={toWords(profiles.error)} onRetry={() => void profiles.refetch()} />
        ) : (
          shown && (
            <>
              <div className="mb-4 flex flex-wrap items-center gap-2.5">
                <Segmented
                  label={t('profiles.choose')}
                  value={shown.id}
                  onChange={setPicked}
                  choices={all.map((p) => ({
                    value: p.id,
                    label: p.name,
                    mark: p.active ? t('profiles.marked') : undefined,
                  }))}
                />
                <More profile={shown} onAsk={setAsked} onGone={() => setPicked('')} />
                {shown.active ? (
                  all.length > 1 && <p className="meta">{t('profiles.whole')}</p>
                ) : (
                  <>
                    <Button size="sm" onClick={() => setAsked('switch')}>
                      {t('profiles.switch', { name: shown.name })}
                    </Button>
                    <Difference from={all.find((p) => p.active)} to={shown} />
                  </>
                )}
              </div>
              {detail.isError ? (
                <LoadProblem words={toWords(detail.error)} onRetry={() => void detail.refetch()} />
              ) : detail.data ? (
                <Detail key={detail.data.id} profile={detail.data} onAsk={setAsked} />
              ) : (
                <SkeletonRows rows={4} label={t('loading')} />
              )}
              <AskedDialog
                shown={shown}
                asked={asked}
                onClose={() => setAsked('')}
                onPick={setPicked}
                detail={detail.data}
              />
            </>
          )
        )}
      </PageBody>
    </>
  )
}

function ImportButton() {
  const { t } = useTranslation()
  const backend = useBackend()
  const projects = useProjects()
  const pick = async () => {
    const path = await backend.pickProfile().catch(() => '')
    if (path !== '') projects.openFile(path)
  }
  return (
    <Button onClick={() => void pick()}>
      <Download aria-hidden className="size-4" />
      {t('projects.import')}
    </Button>
  )
}

/** What a switch means, in a few words; the dialog shows all of it. */
function Difference({ from, to }: { from: ProfileView | undefined; to: ProfileView }) {
  const { t } = useTranslation()
  const off = from?.servers.filter((s) => !to.servers.includes(s)).length ?? 0
  const on = to.servers.filter((s) => !from?.servers.includes(s)).length
  const said = [
    off > 0 && t('profiles.turns-off', { count: off }),
    on > 0 && t('profiles.turns-on', { count: on }),
  ].filter((x) => x !== false)
  return said.length > 0 && <p className="meta num">{said.join(' · ')}</p>
}

function ShareButton({ profile }: { profile: ProfileView }) {
  const { t } = useTranslation()
  const say = useToast()
  const share = useExportProfile()
  return (
    <Button
      disabled={share.isPending}
      onClick={() =>
        share.mutate(profile.id, {
          onSuccess: (r) => {
            if (!r) return
            const said = { name: profile.name, file: r.file, servers: list(r.left) }
            say(r.left.length > 0 ? t('profiles.exported-left', said) : t('profiles.exported', said))
          },
          onError: (e) => say(toWords(e).message || t('unexpected.message', { ns: 'errors' })),
        })
      }
    >
      <Share aria-hidden className="size-4" />
      {t('profiles.export')}
    </Button>
  )
}

function More({ profile, onAsk, onGone }: { profile: ProfileView; onAsk: (what: Asked) => void; onGone: () => void }) {
  const { t } = useTranslation()
  const change = useChange()
  return (
    <>
      <Menu
        trigger={
          <Button tone="quiet" size="sm" square aria-label={t('profiles.more', { name: profile.name })}>
            <Ellipsis aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuItem onClick={() => onAsk('rename')}>{t('profiles.rename')}</MenuItem>
        <MenuItem onClick={() => onAsk('duplicate')}>{t('profiles.duplicate')}</MenuItem>
        <MenuItem
          destructive
          disabled={profile.active || profile.id === firstProfile}
          onClick={() =>
            change.run((b) => b.deleteProfile(profile.id), t('profiles.deleted', { name: profile.name }), onGone)
          }
        >
          {t('profiles.delete')}
        </MenuItem>
      </Menu>
      {change.problem && <Problem alert className="basis-full" words={change.problem} />}
    </>
  )
}

function Detail({ profile, onAsk }: { profile: ProfileDetail; onAsk: (what: Asked) => void }) {
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
