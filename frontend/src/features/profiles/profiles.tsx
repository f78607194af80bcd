import { ChevronsUpDown, Download, Ellipsis, Plus, Share } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ProfileView, toWords, useBackend } from '@/backend'
import { useExportProfile, useProfile, useProfiles } from '@/backend/queries'
import { useProjects } from '@/features/projects/projects-context'
import { list } from '@/text/format'
import { Button } from '@/ui/button'
import { Segmented } from '@/ui/choice'
import { Menu, MenuItem, MenuOneOf } from '@/ui/menu'
import { LoadProblem, Problem } from '@/ui/problem'
import { PageBody, PageHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { useToast } from '@/ui/toast'
import { type Asked, AskedDialog, firstProfile } from './asked-dialog'
import { Detail } from './detail'
import { Difference } from './difference'
import { useChange } from './use-change'

/** Sets of servers: which app gets what, and switching from one to another. */
export function Profiles() {
  const { t } = useTranslation()
  const profiles = useProfiles()
  const [picked, setPicked] = useState('')
  const [asked, setAsked] = useState<Asked>('')
  const { made } = useProjects()
  // What was imported is what one wants to see next.
  useEffect(() => {
    if (made !== '') setPicked(made)
  }, [made])
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
                <Which all={all} shown={shown} onPick={setPicked} />
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

/** More than these do not stand side by side. */
const fewProfiles = 8

/** Which profile is shown. */
function Which({ all, shown, onPick }: { all: ProfileView[]; shown: ProfileView; onPick: (id: string) => void }) {
  const { t } = useTranslation()
  const label = t('profiles.choose')
  const mark = (p: ProfileView) => (p.active ? t('profiles.marked') : undefined)
  if (all.length <= fewProfiles)
    return (
      <Segmented
        label={label}
        value={shown.id}
        onChange={onPick}
        choices={all.map((p) => ({ value: p.id, label: p.name, mark: mark(p) }))}
      />
    )
  return (
    <Menu
      align="start"
      trigger={
        <Button aria-label={[label, shown.name, mark(shown)].filter(Boolean).join(', ')}>
          <span className="max-w-100 truncate">{shown.name}</span>
          {shown.active && <Status tone="ok">{mark(shown)}</Status>}
          <ChevronsUpDown aria-hidden className="size-3.5 text-ink-3" />
        </Button>
      }
    >
      <MenuOneOf value={shown.id} onChange={onPick} choices={all.map((p) => ({ value: p.id, label: p.name }))} />
    </Menu>
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
