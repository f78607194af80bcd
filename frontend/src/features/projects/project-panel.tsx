import { FileText, FolderOpen, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ProjectFile, toWords } from '@/backend'
import { useApps, useProfiles, useProject } from '@/backend/queries'
import { LinkDialog } from '@/features/profiles/aside'
import { useChange } from '@/features/profiles/use-change'
import { list, shortPath } from '@/text/format'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Details, Log } from '@/ui/details'
import { Panel } from '@/ui/dialog'
import { Empty } from '@/ui/empty'
import { Note } from '@/ui/note'
import { LoadProblem, Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { Tile } from '@/ui/tile'

type Props = { folder: string; onClose: () => void; onDeclared: (folder: string) => void }

/** A project's folder: its profile, what it declares, and what stands in its files for each app. */
export function ProjectPanel({ folder, onClose, onDeclared }: Props) {
  const { t } = useTranslation()
  const project = useProject(folder)
  const profiles = useProfiles()
  const change = useChange()
  const [linking, setLinking] = useState(false)
  const active = profiles.data?.find((p) => p.active)
  const p = project.data
  const name = shortPath(folder)
  return (
    <Panel
      open
      wide
      onClose={onClose}
      title={name}
      text={t('projects.text')}
      foot={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t('close')}
          </Button>
          {p?.declares && (
            <Button tone={p.profile ? 'plain' : 'filled'} onClick={() => onDeclared(p.folder)}>
              {t('projects.see')}
            </Button>
          )}
        </>
      }
    >
      {project.isPending ? (
        <div className="mt-4">
          <SkeletonRows rows={3} label={t('loading')} />
        </div>
      ) : project.isError ? (
        <LoadProblem words={toWords(project.error)} onRetry={() => void project.refetch()} />
      ) : (
        p && (
          <>
            <div className="mt-4 flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1.5">
              <FolderOpen aria-hidden className="size-4 shrink-0 text-ink-3" />
              <p className="grow font-[550]">
                {p.profile ? t('projects.uses', { name: p.name }) : t('projects.uses-none')}
              </p>
              {p.profile ? (
                <Button
                  size="sm"
                  disabled={change.busy}
                  onClick={() =>
                    change.run((b) => b.unlinkFolder(p.profile, p.folder), t('profiles.unlinked', { folder: name }))
                  }
                >
                  {t('projects.unlink')}
                </Button>
              ) : (
                active && (
                  <Button size="sm" onClick={() => setLinking(true)}>
                    <Plus aria-hidden className="size-3.5" />
                    {t('projects.link-to', { name: active.name })}
                  </Button>
                )
              )}
            </div>
            {change.problem && <Problem alert className="mt-2.5" words={change.problem} onLeave={onClose} />}
            {p.declares && (
              <Note tone="info" className="mt-3">
                {t('projects.declares')}
              </Note>
            )}
            {p.files.length === 0 ? (
              <Empty title={t('projects.none')}>{t('projects.none-text')}</Empty>
            ) : (
              <>
                <SectionHead title={t('projects.files')} className="mt-5 mb-2.5" />
                <div className="flex flex-col gap-3">
                  {p.files.map((f) => (
                    <FileRows key={f.path} file={f} root={p.folder} />
                  ))}
                </div>
              </>
            )}
          </>
        )
      )}
      {linking && active && <LinkDialog profile={active} folder={folder} onClose={() => setLinking(false)} />}
    </Panel>
  )
}

function FileRows({ file, root }: { file: ProjectFile; root: string }) {
  const { t } = useTranslation()
  const apps = useApps()
  const names = file.apps.map((id) => apps.data?.find((a) => a.id === id)?.name ?? id)
  const within = file.path.startsWith(root) ? file.path.slice(root.length + 1) : file.path
  return (
    <Rows>
      <li className="flex min-h-11 flex-wrap items-center gap-x-2.5 gap-y-0.5 bg-panel px-3.5 py-1.5">
        <FileText aria-hidden className="size-4 shrink-0 text-ink-3" />
        <span className="selectable font-mono text-code">{within}</span>
        <span className="meta grow text-right">{t('projects.read-by', { apps: list(names) })}</span>
      </li>
      {file.problem && (
        <li className="px-3.5 py-2.5">
          <Problem words={file.problem} />
        </li>
      )}
      {file.servers.map((s) => (
        <li key={s.name} className="flex min-h-11 items-center gap-3 px-3.5 py-1.5">
          <Tile name={s.name} category="" size={24} />
          <span className="min-w-0 grow truncate font-[550]">{s.name}</span>
          {s.readable_keys > 0 && (
            <Status tone="key" pill>
              {t('apps.readable', { count: s.readable_keys })}
            </Status>
          )}
          <span className="meta">{s.url ? t('apps.online') : t('apps.by-hand')}</span>
        </li>
      ))}
      {file.servers.length === 0 && !file.problem && (
        <li className="meta px-3.5 py-2.75">{t('projects.no-servers')}</li>
      )}
      {file.servers.length > 0 && (
        <li className="px-3.5 py-1.5">
          <Details>
            <Log label={t('details.log')}>{file.servers.map((s) => `${s.name}: ${s.command || s.url}`).join('\n')}</Log>
          </Details>
        </li>
      )}
    </Rows>
  )
}
