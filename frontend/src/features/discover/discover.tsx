import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronRight, Search, X } from 'lucide-react'
import { useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Listing, toWords } from '@/backend'
import { useSearch } from '@/backend/queries'
import { usePaste } from '@/features/paste/paste-context'
import { looksPasted, PasteButton } from '@/features/paste/paste-sheet'
import { count } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Empty } from '@/ui/empty'
import { Field } from '@/ui/field'
import { LoadProblem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { lines, type Row, startPage } from './card-rows'
import { Categories } from './categories'
import { DataAge, SourceNote } from './data-age'
import { start, useDiscoverState } from './discover-state'
import { Elsewhere } from './elsewhere'
import { FilterBar } from './filter-bar'
import { ServerCard, SkeletonCard } from './server-card'

export function Discover() {
  const { t } = useTranslation()
  const { filters, change } = useDiscoverState()
  const paste = usePaste()
  const text = useDeferredValue(filters.text)
  const search = useSearch({ ...filters, text })
  const first = search.data?.pages[0]
  const cards = useMemo(() => search.data?.pages.flatMap((p) => p.results) ?? [], [search.data])
  const facets = first?.facets
  const total = first
    ? first.more
      ? t('discover.over', { count: first.total })
      : t('discover.found', { count: first.total })
    : ''
  const filtered = filters.source !== '' || filters.filters.length > 0

  return (
    <>
      <header className="px-7 pt-4.5 narrow:px-5">
        <h1 className="sr-only">{t('nav.discover')}</h1>
        <div className="flex items-center gap-3.5">
          <SearchBox />
          <PasteButton short onClick={() => paste.open()} />
          <DataAge />
        </div>
        <div className="mt-3.5">
          <Categories value={filters.category} onChange={(category) => change({ category })} />
        </div>
        <FilterBar facets={facets} />
        <SourceNote />
      </header>
      <p role="status" className="sr-only">
        {search.isPending ? t('loading') : total}
      </p>
      {search.isError ? (
        <div className="px-7 pt-4 narrow:px-5">
          <LoadProblem words={toWords(search.error)} onRetry={() => void search.refetch()} />
        </div>
      ) : first && cards.length === 0 ? (
        <div className="min-h-0 overflow-y-auto">
          <Empty
            title={filters.text ? t('discover.none-for', { text: filters.text }) : t('discover.none')}
            action={
              looksPasted(filters.text) ? (
                <Button onClick={() => paste.open(filters.text)}>{t('discover.read-pasted')}</Button>
              ) : filtered ? (
                <Button onClick={() => change({ source: '', filters: [] })}>{t('discover.drop-filters')}</Button>
              ) : (
                <Button onClick={() => change(start)}>{t('discover.start-again')}</Button>
              )
            }
          >
            {looksPasted(filters.text)
              ? t('discover.none-pasted')
              : filtered
                ? t('discover.none-filters')
                : t('discover.none-hint')}
          </Empty>
          {filters.text !== '' && <Elsewhere />}
        </div>
      ) : (
        <CardList
          cards={cards}
          pending={search.isPending}
          more={search.hasNextPage}
          onMore={() => {
            if (search.hasNextPage && !search.isFetchingNextPage) void search.fetchNextPage()
          }}
          forYou={filters.category === 'for-you' && !filtered && filters.sort === ''}
          summary={filters.text !== '' ? total : undefined}
        />
      )}
    </>
  )
}

function SearchBox() {
  const { t } = useTranslation()
  const { filters, change } = useDiscoverState()
  const paste = usePaste()
  const field = useRef<HTMLInputElement>(null)
  const all = useSearch(start)
  const known = all.data?.pages[0]?.facets.all
  useEffect(() => {
    const jump = (e: KeyboardEvent) => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') {
        e.preventDefault()
        field.current?.focus()
        field.current?.select()
      }
    }
    window.addEventListener('keydown', jump)
    return () => window.removeEventListener('keydown', jump)
  }, [])
  const mac = navigator.platform.startsWith('Mac')
  return (
    <Field
      ref={field}
      icon={Search}
      height="h-10"
      className="grow rounded-[0.6875rem]"
      type="search"
      aria-label={t('discover.search')}
      aria-keyshortcuts={mac ? 'Meta+K' : 'Control+K'}
      placeholder={known ? t('discover.search-among', { n: count(known) }) : t('discover.search')}
      value={filters.text}
      onChange={(e) => change({ text: e.target.value })}
      onPaste={(e) => {
        const text = e.clipboardData.getData('text/plain')
        if (!looksPasted(text)) return
        e.preventDefault()
        paste.open(text)
      }}
      onKeyDown={(e) => {
        if (e.key === 'Escape') change({ text: '' })
        // A command that was typed is meant like one that was pasted.
        if (e.key === 'Enter' && looksPasted(filters.text)) paste.open(filters.text)
      }}
      end={
        filters.text === '' ? (
          <kbd className="rounded-xs border border-line-2 bg-panel px-1.5 py-px font-medium font-sans text-ink-3 text-meta whitespace-nowrap">
            {mac ? '⌘ K' : 'Ctrl K'}
          </kbd>
        ) : (
          <button
            type="button"
            aria-label={t('field.clear')}
            onClick={() => {
              change({ text: '' })
              field.current?.focus()
            }}
            className="-mr-1 grid size-7 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
          >
            <X aria-hidden className="size-4" />
          </button>
        )
      }
    />
  )
}

const gap = 12

/** How many cards stand beside each other; 17.75rem is the least a card reads well in. */
function useColumns(box: { current: HTMLElement | null }): number {
  const [columns, setColumns] = useState(3)
  useLayoutEffect(() => {
    const el = box.current
    if (!el) return
    const measure = () => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
      if (el.clientWidth > 0) setColumns(Math.max(1, Math.floor((el.clientWidth + gap) / (17.75 * rem + gap))))
    }
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(el)
    return () => watch.disconnect()
  }, [box])
  return columns
}

type ListProps = {
  cards: Listing[]
  pending: boolean
  more: boolean
  onMore: () => void
  forYou: boolean
  summary?: string
}

function CardList({ cards, pending, more, onMore, forYou, summary }: ListProps) {
  const { t } = useTranslation()
  const { scroll, change } = useDiscoverState()
  const viewport = useRef<HTMLDivElement>(null)
  const inner = useRef<HTMLDivElement>(null)
  const columns = useColumns(inner)
  const rows = useMemo<Row[]>(() => {
    const base = forYou ? startPage(cards, columns) : lines(cards, columns)
    return more ? [...base, { kind: 'loading' }] : base
  }, [cards, columns, forYou, more])

  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: (i) => (rows[i]?.kind === 'head' ? 48 : 154),
    overscan: 4,
    initialOffset: scroll.current,
    getItemKey: (i) => {
      const row = rows[i]
      return row?.kind === 'cards' ? row.key : `${row?.kind}-${row?.kind === 'head' ? row.head : ''}`
    },
  })
  const items = list.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && rows[last]?.kind === 'loading') onMore()
  }, [more, rows, last, onMore])

  return (
    <div
      ref={viewport}
      onScroll={(e) => {
        scroll.current = e.currentTarget.scrollTop
      }}
      className="mt-3.5 min-h-0 grow overflow-y-auto px-7 pb-7 narrow:px-5"
    >
      <div ref={inner}>
        {rows[0]?.kind !== 'head' && (
          <h2 className={summary ? 'meta num pb-2.5 font-normal' : 'sr-only'}>{summary ?? t('discover.results')}</h2>
        )}
        {pending ? (
          <div className="grid gap-3" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
            {Array.from({ length: columns * 3 }, (_, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: places without identity
              <SkeletonCard key={i} />
            ))}
          </div>
        ) : (
          <div className="relative" style={{ height: list.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index]
              if (!row) return null
              return (
                <div
                  key={item.key}
                  data-index={item.index}
                  ref={list.measureElement}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  {row.kind === 'head' ? (
                    <SectionHead
                      className={row.head === 'starters' ? 'pt-1 pb-2.5' : 'pt-2.5 pb-2.5'}
                      title={t(`discover.${row.head}`)}
                      remark={row.head === 'starters' ? t('discover.starters-remark') : undefined}
                      action={
                        row.head === 'more' && (
                          <TextButton onClick={() => change({ category: '' })}>
                            {t('discover.see-all')}
                            <ChevronRight aria-hidden className="size-3.5" />
                          </TextButton>
                        )
                      }
                    />
                  ) : (
                    <div
                      className="grid gap-3 pb-3"
                      style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
                    >
                      {row.kind === 'cards'
                        ? row.cards.map((l) => <ServerCard key={l.id} listing={l} />)
                        : Array.from({ length: columns }, (_, i) => (
                            // biome-ignore lint/suspicious/noArrayIndexKey: places without identity
                            <SkeletonCard key={i} />
                          ))}
                    </div>
                  )}
                </div>
              )
            })}
          </div>
        )}
      </div>
    </div>
  )
}
