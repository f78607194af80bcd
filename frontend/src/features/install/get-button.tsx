import { Check, RefreshCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Listing } from '@/backend'
import { useCancelJob, useJobAbout } from '@/backend/queries'
import { buttonClass } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Ring } from '@/ui/ring'
import { targetOf, useInstallSheet } from './install-context'
import { overall, useStageWord } from './progress'

/**
 * Get; then the ring with its stop; then the tick. One place, one height, one
 * right edge, so that nothing jumps.
 */
export function GetButton({ listing, large = false, pack }: { listing: Listing; large?: boolean; pack?: number }) {
  const { t } = useTranslation()
  const sheet = useInstallSheet()
  const cancel = useCancelJob()
  const stageWord = useStageWord()
  const job = useJobAbout(listing.id, 'install')

  if (job?.state === 'running') {
    const value = overall(job)
    const percent = Math.round(value * 100)
    const counted = job.progress.total > 0
    return (
      <span className="inline-flex h-7.5 items-center gap-2 font-medium text-ink-2 text-second whitespace-nowrap">
        <span
          role="progressbar"
          aria-label={t('get.progress', { title: listing.title })}
          aria-valuenow={percent}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuetext={stageWord(job)}
          className="num"
        >
          {counted ? t('percent', { percent }) : stageWord(job)}
        </span>
        <button
          type="button"
          aria-label={t('get.cancel', { title: listing.title })}
          title={t('cancel')}
          onClick={() => cancel.mutate(job.id)}
          className="relative z-1 rounded-full"
        >
          <Ring value={value} stop />
        </button>
      </span>
    )
  }
  if (listing.installed.length > 0 && !large) {
    return (
      <span className="inline-flex h-7.5 items-center gap-1.5 px-0.5 font-medium text-ink-3 text-second whitespace-nowrap">
        <Check aria-hidden className="size-3.5 text-ok" />
        {t('get.installed')}
      </span>
    )
  }
  if (!listing.installable) {
    return large ? null : <span className="meta whitespace-nowrap">{t('get.not-yet')}</span>
  }
  const failed = job?.state === 'failed'
  const open = () => sheet.open(targetOf(listing, pack))
  const word = failed ? t('get.again') : listing.installed.length > 0 ? t('get.another') : t('get.get')
  if (large) {
    return (
      <button type="button" onClick={open} className={cn(buttonClass('filled', 'lg'), 'min-w-28')}>
        {word}
      </button>
    )
  }
  return (
    <button
      type="button"
      onClick={open}
      aria-label={failed ? t('get.again-name', { title: listing.title }) : t('get.get-name', { title: listing.title })}
      className={cn(
        'motion relative z-1 inline-flex h-7.5 min-w-16 shrink-0 items-center justify-center gap-1.5 rounded-full px-3.5 font-semibold text-second whitespace-nowrap',
        failed
          ? 'bg-bad-soft text-bad hover:bg-bad hover:text-panel'
          : 'bg-accent-soft text-accent-text hover:bg-accent hover:text-on-accent group-hover/card:bg-accent group-hover/card:text-on-accent',
      )}
    >
      {failed && <RefreshCw aria-hidden className="size-3.5" />}
      {word}
    </button>
  )
}
