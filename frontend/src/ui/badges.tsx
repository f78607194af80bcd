import {
  BadgeCheck,
  Box,
  Building2,
  Check,
  Cloud,
  FileText,
  Folder,
  GitBranch,
  KeyRound,
  Layers,
  LogIn,
  type LucideIcon,
  Monitor,
  Star,
  Users,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Needs } from '@/backend'
import { useSettings } from '@/backend/queries'
import { cn } from './cn'

const icons: Record<string, LucideIcon> = {
  official: BadgeCheck,
  docker: Box,
  starter: Star,
  github: GitBranch,
  smithery: Cloud,
  glama: Cloud,
}

/** The picture of a list: its own, or that of its kind. */
export function sourceIcon(id: string): LucideIcon {
  if (id.startsWith('reg-')) return Building2
  if (id.startsWith('file')) return FileText
  return icons[id] ?? Users
}

/** Where a listing comes from: one list by its name, several as a count. */
export function SourceBadge({ sources }: { sources: string[] }) {
  const { t } = useTranslation()
  const { data } = useSettings()
  // The starter catalogue is our own pick of others' servers; any other list says more.
  const told = sources.length > 1 ? sources.filter((s) => s !== 'starter') : sources
  const only = told[0]
  if (!only) return <span />
  const Icon = told.length > 1 ? Layers : sourceIcon(only)
  const known = data?.sources.find((s) => s.source === only)
  return (
    <span className="meta inline-flex min-w-0 items-center gap-1.25">
      <Icon
        aria-hidden
        className={cn('size-3.5 shrink-0', told.length === 1 && only === 'official' && 'text-accent-text')}
      />
      <span className="truncate">
        {told.length > 1 ? t('source.several', { count: told.length }) : known?.badge || known?.name || only}
      </span>
    </span>
  )
}

const needIcons: Record<Exclude<Needs, ''>, LucideIcon> = {
  nothing: Check,
  key: KeyRound,
  'sign-in': LogIn,
  folder: Folder,
  app: Monitor,
  docker: Box,
}

/** What a person must have before it works. Nothing is said when nobody knows. */
export function NeedBadge({ needs }: { needs: Needs }) {
  const { t } = useTranslation()
  if (needs === '') return null
  const Icon = needIcons[needs]
  return (
    <span
      className={cn(
        'inline-flex shrink-0 items-center gap-1.25 text-meta tracking-normal whitespace-nowrap',
        needs === 'nothing' ? 'text-ok' : 'h-5.5 rounded-[6px] bg-sunken pr-2 pl-1.75 text-ink-2 dark:bg-hover',
      )}
    >
      <Icon aria-hidden className="size-3.5" />
      {t(`needs.${needs}`)}
    </span>
  )
}
