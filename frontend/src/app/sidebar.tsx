import { Link } from '@tanstack/react-router'
import {
  AppWindow,
  BriefcaseBusiness,
  CircleAlert,
  CircleArrowUp,
  Compass,
  History,
  KeyRound,
  Layers,
  type LucideIcon,
  Settings2,
} from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApps, useNotices, useProfiles, useServers, useUpdates } from '@/backend/queries'
import { appHealth } from '@/features/apps/health'
import { needsYou } from '@/features/installed/installed'
import { Switcher } from '@/features/profiles/switcher'
import { updateReady } from '@/features/updates/updates-bar'
import { count } from '@/text/format'
import { Mark } from '@/ui/mark'
import { Tooltip } from '@/ui/tooltip'
import { JobBox } from './job-box'

/** The rail needs tooltips; CSS alone cannot tell whether it is one. */
function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(false)
  useEffect(() => {
    const measure = () => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
      setNarrow(document.body.clientWidth < 66.25 * rem)
    }
    measure()
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  return narrow
}

type Item = {
  to: '/' | '/installed' | '/profiles' | '/apps' | '/activity' | '/keys' | '/settings'
  name: string
  icon: LucideIcon
  n?: number
  /** what n counts */
  of?: (n: number) => string
  problems?: number
  updates?: number
}

export function Sidebar() {
  const { t } = useTranslation()
  const narrow = useNarrow()
  const servers = useServers()
  const apps = useApps()
  const updates = useUpdates()
  const notices = useNotices()
  const profiles = useProfiles()
  const newer = (updates.data ?? []).filter(updateReady).length
  const waiting = (servers.data ?? []).filter(needsYou).length
  const brokenApps = (apps.data ?? []).filter((a) => a.found && appHealth(a) === 'bad').length
  // A file that cannot be read is counted with its app, if it is one of its own.
  const files = new Set((apps.data ?? []).flatMap((a) => a.files.map((f) => f.path)))
  const outside = (notices.data ?? []).filter((n) => n.action !== 'repair' || !files.has(n.file)).length
  const top: Item[] = [
    { to: '/', name: t('nav.discover'), icon: Compass },
    {
      to: '/installed',
      name: t('nav.installed'),
      icon: Layers,
      n: servers.data?.length,
      of: (count) => t('nav.servers', { count }),
      problems: waiting,
      updates: newer,
    },
    {
      to: '/profiles',
      name: t('nav.profiles'),
      icon: BriefcaseBusiness,
      n: profiles.data?.length,
      of: (count) => t('nav.sets', { count }),
    },
    { to: '/apps', name: t('nav.apps'), icon: AppWindow, problems: brokenApps + outside },
    { to: '/activity', name: t('nav.activity'), icon: History },
  ]
  const bottom: Item[] = [
    { to: '/keys', name: t('nav.keys'), icon: KeyRound },
    { to: '/settings', name: t('nav.settings'), icon: Settings2 },
  ]
  return (
    <div className="flex min-h-0 flex-col overflow-y-auto pt-3.5 pr-2.5 pb-3 pl-3 narrow:px-2.5">
      <div className="display flex items-center gap-2.25 px-1.5 pt-0.5 pb-3.5 text-section tracking-[-0.012em] narrow:justify-center narrow:px-0">
        <Mark />
        <span aria-hidden className="narrow:hidden">
          Toolbay
        </span>
      </div>
      <Switcher />
      <nav aria-label={t('nav.label')} className="flex grow flex-col">
        <ul className="flex flex-col gap-px">
          {top.map((item) => (
            <NavItem key={item.to} item={item} narrow={narrow} />
          ))}
        </ul>
        <div className="min-h-3.5 grow" />
        <JobBox narrow={narrow} />
        <ul className="flex flex-col gap-px">
          {bottom.map((item) => (
            <NavItem key={item.to} item={item} narrow={narrow} />
          ))}
        </ul>
      </nav>
    </div>
  )
}

function NavItem({ item, narrow }: { item: Item; narrow: boolean }) {
  const { t } = useTranslation()
  const Icon = item.icon
  const problems = item.problems ?? 0
  return (
    <li>
      <Tooltip text={item.name} enabled={narrow}>
        <Link
          to={item.to}
          activeOptions={{ exact: item.to === '/', includeSearch: false }}
          className="motion group relative flex h-8.5 items-center gap-2.5 rounded-sm px-2.25 font-medium text-ui text-ink-2 hover:bg-hover aria-[current=page]:bg-card aria-[current=page]:text-ink aria-[current=page]:shadow-[0_0_0_1px_var(--line)] narrow:justify-center narrow:px-0"
        >
          <Icon aria-hidden className="size-4 group-aria-[current=page]:text-accent-text" />
          <span className="narrow:sr-only">{item.name}</span>{' '}
          {problems > 0 ? (
            <span className="num ml-auto inline-flex items-center gap-1 font-semibold text-bad text-meta narrow:absolute narrow:top-0.5 narrow:right-0.5 narrow:grid narrow:size-4 narrow:place-items-center narrow:rounded-full narrow:bg-bad narrow:text-count narrow:text-panel">
              <CircleAlert aria-hidden className="size-3 narrow:hidden" />
              {problems} <span className="sr-only">{t('nav.problems', { count: problems })}</span>
            </span>
          ) : (item.updates ?? 0) > 0 ? (
            <span className="num ml-auto inline-flex items-center gap-1 font-semibold text-accent-text text-meta narrow:absolute narrow:top-0.5 narrow:right-0.5 narrow:grid narrow:size-4 narrow:place-items-center narrow:rounded-full narrow:bg-accent narrow:text-count narrow:text-on-accent">
              <CircleArrowUp aria-hidden className="size-3 narrow:hidden" />
              {item.updates} <span className="sr-only">{t('nav.updates', { count: item.updates ?? 0 })}</span>
            </span>
          ) : (
            item.n !== undefined &&
            item.n > 0 && (
              <span className="num ml-auto font-medium text-ink-3 text-meta narrow:hidden">
                {count(item.n)} <span className="sr-only">{item.of?.(item.n)}</span>
              </span>
            )
          )}
        </Link>
      </Tooltip>
    </li>
  )
}
