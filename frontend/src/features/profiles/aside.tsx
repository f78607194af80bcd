import { Folder, Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ProfileDetail, type ProfileView, toWords, useBackend } from '@/backend'
import { useLinkPreview, useProject } from '@/backend/queries'
import { useProjects } from '@/features/projects/projects-context'
import { count, shortPath } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Changes } from '@/ui/changes'
import { Panel } from '@/ui/dialog'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { SkeletonChange } from '@/ui/skeleton'
import { useChange } from './use-change'

/** Folders that use a profile. */
export function Folders({ profile }: { profile: ProfileDetail }) {
  const { t } = useTranslation()
  const backend = useBackend()
  const change = useChange()
  const [linking, setLinking] = useState('')
  const projects = useProjects()
  const look = async () => {
    const folder = await backend.pickFolder(t('profiles.link-pick')).catch(() => '')
    if (folder !== '') projects.openFolder(folder)
  }
  const pick = async () => setLinking(await backend.pickFolder(t('profiles.link-pick')).catch(() => ''))
  return (
    <section aria-label={t('profiles.folders', { name: profile.name })}>
      <SectionHead title={t('profiles.folders', { name: profile.name })} className="mb-2.5" />
      <Rows>
        {profile.folders.map((f) => (
          <li key={f} className="flex min-h-11 items-center gap-3 px-3.5 py-1.5">
            <Folder aria-hidden className="size-4 shrink-0 text-ink-3" />
            <button
              type="button"
              aria-label={t('projects.look-label', { folder: shortPath(f) })}
              title={f}
              onClick={() => projects.openFolder(f)}
              className="min-w-0 grow truncate rounded-xs text-left font-[550] hover:underline underline-offset-3"
            >
              {shortPath(f)}
            </button>
            <Button
              tone="quiet"
              size="sm"
              square
              disabled={change.busy}
              aria-label={t('profiles.unlink', { folder: shortPath(f) })}
              onClick={() =>
                change.run((b) => b.unlinkFolder(profile.id, f), t('profiles.unlinked', { folder: shortPath(f) }))
              }
            >
              <X aria-hidden className="size-3.5" />
            </Button>
          </li>
        ))}
        {profile.folders.length === 0 && <li className="meta px-3.5 py-2.75">{t('profiles.no-folders')}</li>}
        <li className="flex flex-wrap gap-x-4 px-3.5 py-2">
          <TextButton onClick={() => void pick()}>
            <Plus aria-hidden className="size-3.5" />
            {t('profiles.link')}
          </TextButton>
          <TextButton onClick={() => void look()}>{t('projects.look')}</TextButton>
        </li>
      </Rows>
      {profile.folders.length > 0 && <p className="meta mt-2">{t('profiles.folders-text', { name: profile.name })}</p>}
      {change.problem && <Problem alert className="mt-2.5" words={change.problem} />}
      {linking && <LinkDialog profile={profile} folder={linking} onClose={() => setLinking('')} />}
    </section>
  )
}

export function LinkDialog({
  profile,
  folder,
  onClose,
}: {
  profile: ProfileView
  folder: string
  onClose: () => void
}) {
  const { t } = useTranslation()
  const projects = useProjects()
  const project = useProject(folder)
  const preview = useLinkPreview(profile.id, folder)
  const change = useChange()
  const problem = change.problem ?? (preview.error ? toWords(preview.error) : undefined)
  const name = shortPath(folder)
  return (
    <Panel
      open
      wide
      onClose={onClose}
      title={t('profiles.link-title', { folder: name })}
      text={t('profiles.link-text')}
      foot={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            tone="filled"
            aria-disabled={!preview.data || change.busy || undefined}
            onClick={() => {
              if (!preview.data || change.busy) return
              const said = t('profiles.linked', { folder: name, name: profile.name })
              change.run((b) => b.linkFolder(profile.id, folder), said, onClose)
            }}
          >
            {t('profiles.link-do')}
          </Button>
        </>
      }
    >
      <div className="mt-4 flex flex-col gap-3">
        {problem && <Problem alert words={problem} />}
        {project.data?.declares && (
          <Note
            tone="info"
            action={
              <Button
                size="sm"
                onClick={() => {
                  onClose()
                  projects.openFile(folder, folder)
                }}
              >
                {t('projects.see')}
              </Button>
            }
          >
            {t('projects.declares')}
          </Note>
        )}
        {preview.data?.warnings.map((w) => (
          <Note key={w.text} tone="warn">
            {w.text}
          </Note>
        ))}
        {preview.data && <Changes files={preview.data.files} />}
        {preview.isPending && <SkeletonChange label={t('loading')} />}
      </div>
    </Panel>
  )
}

/** How much of what each app takes the profile uses. */
export function Room({ profile }: { profile: ProfileDetail }) {
  const { t } = useTranslation()
  if (profile.room.length === 0) return null
  return (
    <section aria-label={t('profiles.room')}>
      <SectionHead title={t('profiles.room')} className="mt-5 mb-2.5" />
      <Rows>
        {profile.room.map((r) => {
          const said =
            r.limit > 0
              ? t('profiles.room-limit', { tools: count(r.tools), limit: count(r.limit) })
              : t('profiles.room-none', { count: r.tools })
          return (
            <li key={r.app} className="px-3.5 py-2.5">
              <p className="flex flex-wrap justify-between gap-x-3">
                <span className="font-[550]">{r.name}</span>
                <span className="num text-second">{said}</span>
              </p>
              {r.limit > 0 && (
                <span aria-hidden className="mt-1.5 block h-1.5 overflow-hidden rounded-full bg-sunken shadow-slot">
                  <span
                    className={r.tools > r.limit ? 'block h-full bg-bad' : 'block h-full bg-accent'}
                    style={{ width: `${Math.min(100, (r.tools / r.limit) * 100)}%` }}
                  />
                </span>
              )}
              <p className="meta num mt-1">{t('profiles.tokens', { tokens: count(r.tokens) })}</p>
            </li>
          )
        })}
      </Rows>
    </section>
  )
}
