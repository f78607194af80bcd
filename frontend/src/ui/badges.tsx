import {
  BadgeCheck,
  Box,
  Check,
  FileText,
  Folder,
  KeyRound,
  Layers,
  LogIn,
  type LucideIcon,
  Monitor,
  Star,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Needs } from '@/backend'
import { cn } from './cn'

const sourceIcons: Record<string, LucideIcon> = { official: BadgeCheck, docker: Box, starter: Star, file: FileText }
const sourceWords = ['official', 'docker', 'starter', 'file'] as const

/** Where a listing comes from: one list by its name, several as a count. */
export function SourceBadge({ sources }: { sources: string[] }) {
  const { t } = useTranslation()
  // The starter catalogue is our own pick of others' servers; any other list says more.
  const told = sources.length > 1 ? sources.filter((s) => s !== 'starter') : sources
  const only = told[0]
  if (!only) return <span />
  const Icon = told.length > 1 ? Layers : (sourceIcons[only] ?? FileText)
  const known = sourceWords.find((s) => s === only)
  return (
    <span className="meta inline-flex min-w-0 items-center gap-1.25">
      <Icon
        aria-hidden
        className={cn('size-3.5 shrink-0', told.length === 1 && only === 'official' && 'text-accent-text')}
      />
      <span className="truncate">
        {told.length > 1 ? t('source.several', { count: told.length }) : known ? t(`source.${known}`) : only}
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
