import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { toWords } from '@/backend'
import { useSettings } from '@/backend/queries'
import { cn } from '@/ui/cn'
import { LoadProblem } from '@/ui/problem'
import { PageBody, PageHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { Advanced } from './advanced'
import { CheckUp } from './check-up'
import { General } from './general'
import { Sources } from './sources'
import { Storage } from './storage'

const parts = ['general', 'sources', 'storage', 'checkup', 'advanced'] as const

/** The part that an address names; none is the first. */
export function settingsPart(search: Record<string, unknown>): { part?: (typeof parts)[number] } {
  const part = parts.find((p) => p === search.part)
  return part ? { part } : {}
}

export function Settings() {
  const { t } = useTranslation()
  const settings = useSettings()
  const { part = 'general' } = useSearch({ from: '/settings' })
  const navigate = useNavigate()
  return (
    <>
      <PageHead title={t('nav.settings')} />
      <PageBody className="flex gap-7 tight:flex-col tight:gap-4">
        <nav aria-label={t('settings.parts')} className="-ml-2.25 w-36.5 shrink-0">
          <ul className="flex flex-col gap-px tight:flex-row">
            {parts.map((p) => (
              <li key={p}>
                <button
                  type="button"
                  aria-current={p === part}
                  onClick={() => void navigate({ to: '/settings', search: { part: p }, replace: true })}
                  className={cn(
                    'motion flex h-8.5 w-full items-center rounded-sm px-2.25 font-medium text-ui text-ink-2 hover:bg-hover',
                    p === part && 'bg-card text-ink shadow-[0_0_0_1px_var(--line)]',
                  )}
                >
                  {t(`settings.${p}`)}
                </button>
              </li>
            ))}
          </ul>
        </nav>
        <div className="min-w-0 grow">
          {settings.isPending ? (
            <SkeletonRows rows={3} label={t('loading')} />
          ) : settings.isError ? (
            <LoadProblem words={toWords(settings.error)} onRetry={() => void settings.refetch()} />
          ) : part === 'general' ? (
            <General settings={settings.data} />
          ) : part === 'sources' ? (
            <Sources sources={settings.data.sources} size={settings.data.catalogue} />
          ) : part === 'storage' ? (
            <Storage />
          ) : part === 'checkup' ? (
            <CheckUp />
          ) : (
            <Advanced settings={settings.data} />
          )}
        </div>
      </PageBody>
    </>
  )
}
