import { BadgeCheck, Box, FileText, FileUp, type LucideIcon, RefreshCw, Star } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type SourceView, toWords } from '@/backend'
import { useImportFile, useJobs, useSetSetting, useSync } from '@/backend/queries'
import { useSourceProblem } from '@/features/discover/source-problem'
import { count, useAgo } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { Status } from '@/ui/status'
import { Switch } from '@/ui/switch'
import { useToast } from '@/ui/toast'

const icons: Record<string, LucideIcon> = { official: BadgeCheck, docker: Box, starter: Star }
const told = ['official', 'docker', 'starter', 'file'] as const

/** Where Discover gets its servers: health in a word, age, count, on or off. */
export function Sources({ sources }: { sources: SourceView[] }) {
  const { t } = useTranslation()
  const ago = useAgo()
  const say = useToast()
  const sync = useSync()
  const set = useSetSetting()
  const importFile = useImportFile()
  const { data: jobs } = useJobs()
  const saySource = useSourceProblem()
  const busy = (jobs ?? []).some((j) => j.kind === 'sync' && j.state === 'running')
  const failed = sources.filter((s) => s.enabled && s.error !== '')
  const total = sources.filter((s) => s.enabled).reduce((n, s) => n + s.listings, 0)
  const problem = sync.error ?? set.error ?? importFile.error
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <div className="min-w-0 grow basis-60">
          <h2 className="text-section">{t('settings.sources')}</h2>
          <p className="mt-0.5 text-ink-3 text-second">{t('settings.sources-text')}</p>
        </div>
        <Button onClick={() => sync.mutate('')} disabled={busy || sync.isPending}>
          <RefreshCw aria-hidden className="size-4" />
          {busy ? t('settings.checking') : t('settings.check-all')}
        </Button>
      </div>
      <div className="overflow-x-auto rounded-lg border border-line bg-card shadow-card">
        <table className="w-full">
          <thead className="text-ink-3 text-meta">
            <tr className="h-8 text-left *:px-3.5 *:font-medium">
              <th scope="col">{t('settings.source')}</th>
              <th scope="col">{t('settings.health')}</th>
              <th scope="col">{t('settings.last')}</th>
              <th scope="col" className="text-right">
                {t('settings.count')}
              </th>
              <th scope="col" className="text-right">
                {t('settings.use')}
              </th>
            </tr>
          </thead>
          <tbody>
            {sources.map((s) => (
              <SourceRow
                key={s.source}
                source={s}
                ago={ago}
                onUse={(on) => set.mutate({ name: `source.${s.source}`, value: String(on) })}
              />
            ))}
          </tbody>
        </table>
      </div>
      {problem && <Problem alert className="mt-3" words={toWords(problem)} />}
      {failed.map((s) => (
        <Note
          key={s.source}
          tone="warn"
          className="mt-3"
          action={<TextButton onClick={() => sync.mutate(s.source)}>{t('settings.try-now')}</TextButton>}
        >
          <strong className="font-semibold">{saySource([s])}</strong>{' '}
          {s.synced ? t('discover.source-old', { ago: ago(s.synced) }) : t('discover.source-none')}
        </Note>
      ))}
      <p className="meta mt-2.5">{t('settings.all-local', { n: count(total) })}</p>
      <SectionHead title={t('settings.import')} remark={t('settings.import-remark')} className="mt-6 mb-2.5" />
      <Button
        disabled={importFile.isPending}
        onClick={() =>
          importFile.mutate(undefined, {
            onSuccess: (r) => {
              if (r) say(t('settings.imported', { count: r.kept }))
            },
          })
        }
      >
        <FileUp aria-hidden className="size-4" />
        {t('settings.choose-file')}
      </Button>
    </>
  )
}

function SourceRow({
  source,
  ago,
  onUse,
}: {
  source: SourceView
  ago: (t: string) => string
  onUse: (on: boolean) => void
}) {
  const { t } = useTranslation()
  const Icon = icons[source.source] ?? FileText
  const about = told.find((x) => x === source.source)
  const own = source.source === 'starter'
  return (
    <tr className="h-13.5 border-line border-t *:px-3.5">
      <th scope="row" className="text-left font-normal">
        <span className="flex items-center gap-3">
          <span
            aria-hidden
            className="grid size-8 shrink-0 place-items-center rounded-[0.54rem] border border-line bg-card"
          >
            <Icon className="size-4" />
          </span>
          <span className="min-w-0">
            <span className="block font-semibold leading-4.5">{source.name}</span>
            {about && <span className="meta block">{t(`source-about.${about}`)}</span>}
          </span>
        </span>
      </th>
      <td>
        {!source.enabled ? (
          <Status tone="off">{t('status.off')}</Status>
        ) : source.error !== '' ? (
          <Status tone="old">{t('settings.old')}</Status>
        ) : source.synced || own ? (
          <Status tone="ok">{t('settings.fresh')}</Status>
        ) : (
          <Status tone="untested">{t('settings.never')}</Status>
        )}
      </td>
      <td className="meta num whitespace-nowrap">
        {own ? t('settings.built-in') : source.synced ? ago(source.synced) : t('settings.never')}
      </td>
      <td className="num text-right text-second">{count(source.listings)}</td>
      <td className="text-right">
        <Switch
          checked={source.enabled}
          onCheckedChange={onUse}
          aria-label={t('settings.use-label', { name: source.name })}
        />
      </td>
    </tr>
  )
}
