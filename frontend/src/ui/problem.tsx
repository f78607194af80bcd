import { Link } from '@tanstack/react-router'
import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Words } from '@/backend'
import { Button, buttonClass } from './button'
import { cn } from './cn'
import { Details, Log } from './details'

/** The words of a failure; what came without any gets those of "unexpected". */
export function useWords(words: Words): { message: string; hint: string } {
  const { t } = useTranslation('errors')
  if (words.message !== '') return words
  return { message: t('unexpected.message'), hint: t('unexpected.hint') }
}

/** Where the action of some failures is done. */
const places = {
  activity: '/activity',
  'open-keys': '/keys',
  'open-settings': '/settings',
  settings: '/settings',
  'show-sources': '/settings',
  'show-apps': '/apps',
  repair: '/apps',
  'show-installed': '/installed',
  search: '/',
} as const

/** The step the words name: trying again, or the place where it is mended. */
function NextStep({ words, onRetry, onLeave }: Pick<Props, 'words' | 'onRetry' | 'onLeave'>) {
  const { t } = useTranslation('actions')
  const place = Object.keys(places).find((k) => k === words.action) as keyof typeof places | undefined
  return (
    <>
      {onRetry && (
        <Button size="sm" onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
      {place && (
        <Link
          to={places[place]}
          search={place === 'repair' ? { app: words.args.app_id } : undefined}
          onClick={onLeave}
          className={buttonClass('plain', 'sm')}
        >
          {t(place)}
        </Link>
      )}
    </>
  )
}

type Props = {
  words: Words
  /** what the program printed, for "Show details" */
  log?: string
  /** steps of the screen's own, instead of the one the words name */
  actions?: ReactNode
  onRetry?: () => void
  /** closes what lies over the screen before the user is led elsewhere */
  onLeave?: () => void
  className?: string
  /** announced at once: for failures that come while the user waits */
  alert?: boolean
}

/** What happened, what it means, what to do about it; the cause behind "Show details". */
export function Problem({ words, log = '', actions, onRetry, onLeave, className, alert = false }: Props) {
  const { t } = useTranslation()
  const { message, hint } = useWords(words)
  const detail = [words.detail, log.trim()].filter(Boolean).join('\n\n')
  return (
    <div
      role={alert ? 'alert' : undefined}
      className={cn('flex items-start gap-2.5 rounded-md bg-bad-soft px-3.5 py-3.25', className)}
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 grow">
        <p className="font-semibold">{message}</p>
        {hint && <p className="mt-0.5 text-ink-2 text-second">{hint}</p>}
        {(actions || onRetry || words.action in places || detail) && (
          <div className="mt-2.5 flex flex-wrap items-start gap-x-2 gap-y-1">
            {actions ?? <NextStep words={words} onRetry={onRetry} onLeave={onLeave} />}
            {detail && (
              <Details className="min-w-0 grow basis-0 pt-0.5 has-[[aria-expanded=true]]:basis-full">
                <Log label={t('details.log')}>{detail}</Log>
              </Details>
            )}
          </div>
        )}
      </div>
    </div>
  )
}

/** A list could not be had. */
export function LoadProblem({ words, onRetry }: { words: Words; onRetry: () => void }) {
  return <Problem alert words={words} className="mt-2" onRetry={onRetry} />
}
