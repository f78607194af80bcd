import { ArrowDownUp, ChevronDown, SlidersHorizontal } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { SearchPage, Sort } from '@/backend'
import { useSettings } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Chip } from '@/ui/choice'
import { Menu, MenuChoice, MenuGroup, MenuOneOf } from '@/ui/menu'
import { useDiscoverState } from './discover-state'

/** The filters most people want stand open, the others behind "More filters". */
const open = ['no-key', 'no-docker', 'official-publisher', 'my-apps'] as const
const places = ['local', 'remote'] as const
const systems = ['windows', 'darwin', 'linux'] as const
type Filter = (typeof open | typeof places | typeof systems)[number]

const sorts: Sort[] = ['', 'popular', 'updated', 'name']

export function FilterBar({ facets }: { facets: SearchPage['facets'] | undefined }) {
  const { t } = useTranslation()
  const { filters, change } = useDiscoverState()
  const { data } = useSettings()
  const sources = (data?.sources ?? []).filter((s) => s.enabled && s.allowed && !s.enriches)
  const isOn = (f: Filter) => filters.filters.includes(f)
  const put = (f: Filter, on: boolean) =>
    change({ filters: on ? [...filters.filters, f] : filters.filters.filter((x) => x !== f) })
  const choices = (group: readonly Filter[]) =>
    group.map((f) => (
      <MenuChoice key={f} stay checked={isOn(f)} onClick={() => put(f, !isOn(f))} count={facets?.filters[f]}>
        {t(`filter.${f}`)}
      </MenuChoice>
    ))
  const hidden = [...places, ...systems].filter(isOn)
  const source = sources.find((s) => s.source === filters.source)
  return (
    <div className="mt-3 flex flex-wrap items-start gap-2">
      <div role="group" aria-label={t('discover.filters')} className="flex min-w-0 flex-wrap gap-2">
        {[...open, ...hidden].map((f) => (
          <Chip key={f} on={isOn(f)} onChange={(on) => put(f, on)} count={facets?.filters[f]}>
            {t(`filter.${f}`)}
          </Chip>
        ))}
        {source && (
          <Chip on onChange={() => change({ source: '' })} count={facets?.sources[source.source] ?? 0}>
            {source.name}
          </Chip>
        )}
        <Menu
          align="start"
          trigger={
            <Button size="sm" tone="quiet" className="h-7.5 rounded-full">
              <SlidersHorizontal aria-hidden className="size-3.5" />
              {t('discover.more-filters')}
            </Button>
          }
        >
          <MenuGroup label={t('filter.place')}>{choices(places)}</MenuGroup>
          <MenuGroup label={t('filter.system')}>{choices(systems)}</MenuGroup>
          <MenuGroup label={t('filter.list')}>
            {sources.map((s) => (
              <MenuChoice
                key={s.source}
                checked={s.source === filters.source}
                onClick={() => change({ source: s.source === filters.source ? '' : s.source })}
                count={facets ? (facets.sources[s.source] ?? 0) : undefined}
              >
                {s.name}
              </MenuChoice>
            ))}
          </MenuGroup>
        </Menu>
      </div>
      <div className="ml-auto">
        <Menu
          trigger={
            <Button size="sm" tone="quiet" className="h-7.5">
              <ArrowDownUp aria-hidden className="size-3.5" />
              <span className="sr-only">{t('discover.sort')}</span> {t(`sort.${filters.sort || 'best'}`)}
              <ChevronDown aria-hidden className="size-3.5" />
            </Button>
          }
        >
          <MenuOneOf
            value={filters.sort}
            onChange={(sort) => change({ sort })}
            choices={sorts.map((s) => ({ value: s, label: t(`sort.${s || 'best'}`) }))}
          />
        </Menu>
      </div>
    </div>
  )
}
