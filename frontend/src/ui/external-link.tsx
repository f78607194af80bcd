import { ExternalLink as Icon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useBackend } from '@/backend'
import { cn } from './cn'

/** True for what may be handed to the web browser. Addresses come from catalogues, so nothing but https passes. */
export function isWebAddress(url: string): boolean {
  try {
    return new URL(url).protocol === 'https:'
  } catch {
    return false
  }
}

/** Opens a page in the web browser; not rendered when the address is not https. */
export function ExternalLink({ url, children, className }: { url: string; children: ReactNode; className?: string }) {
  const backend = useBackend()
  const { t } = useTranslation()
  if (!isWebAddress(url)) return null
  return (
    <button
      type="button"
      onClick={() => void backend.openLink(url)}
      className={cn(
        'motion inline-flex min-h-6 items-center gap-1.25 rounded-xs font-medium text-accent-text whitespace-nowrap hover:underline underline-offset-3',
        className ?? 'text-meta',
      )}
    >
      {children} <Icon aria-hidden className="size-3" />
      <span className="sr-only">{t('opens-browser')}</span>
    </button>
  )
}
