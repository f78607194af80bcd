import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import { ChevronDown } from 'lucide-react'
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cn } from '@/ui/cn'
import { Menu, MenuChoice } from '@/ui/menu'

/** In the order of the Go side's model.Categories. */
export const categories = [
  'files',
  'calendar',
  'coding',
  'databases',
  'web',
  'design',
  'money',
  'chat',
  'ai',
  'cloud',
  'media',
  'science',
  'home',
  'other',
] as const

type Shelf = '' | 'for-you' | (typeof categories)[number]

const look =
  'motion inline-flex h-8 shrink-0 items-center rounded-sm px-2.75 font-medium text-ui text-ink-2 whitespace-nowrap hover:text-ink data-[pressed]:bg-hover data-[pressed]:font-semibold data-[pressed]:text-ink'

/** How many items of a line fit into it, told by an invisible twin of the line. */
function useFitting(line: RefObject<HTMLElement | null>, twin: RefObject<HTMLElement | null>, reserve: number): number {
  const [fits, setFits] = useState(Number.POSITIVE_INFINITY)
  useLayoutEffect(() => {
    const measure = () => {
      const room = (line.current?.clientWidth ?? 0) - reserve
      if (room <= 0 || !twin.current) return
      let used = 0
      let n = 0
      for (const item of twin.current.children) {
        used += (item as HTMLElement).offsetWidth + 2
        if (used > room) break
        n++
      }
      setFits(n)
    }
    measure()
    const watch = new ResizeObserver(measure)
    if (line.current) watch.observe(line.current)
    if (twin.current) watch.observe(twin.current)
    return () => watch.disconnect()
  }, [line, twin, reserve])
  return fits
}

/** Shelves of the catalogue: a line of them, the rest behind "More". */
export function Categories({ value, onChange }: { value: string; onChange: (category: string) => void }) {
  const { t } = useTranslation()
  const line = useRef<HTMLDivElement>(null)
  const twin = useRef<HTMLDivElement>(null)
  const all: Shelf[] = ['for-you', '', ...categories]
  const name = (c: Shelf) => (c === '' ? t('category.all') : t(`category.${c}`))
  const fits = useFitting(line, twin, 96)
  const shown = all.slice(0, fits)
  const rest = all.slice(fits)
  const inRest = rest.find((c) => c === value)
  return (
    <div ref={line} className="relative -ml-2.75 flex h-8 items-center gap-0.5">
      <div ref={twin} aria-hidden className="pointer-events-none invisible absolute flex gap-0.5">
        {all.map((c) => (
          <span key={c} className={cn(look, 'font-semibold')}>
            {name(c)}
          </span>
        ))}
      </div>
      <ToggleGroup
        aria-label={t('discover.categories')}
        value={[value === '' ? 'all' : value]}
        onValueChange={(v) => {
          if (v[0]) onChange(v[0] === 'all' ? '' : v[0])
        }}
        className="flex gap-0.5"
      >
        {shown.map((c) => (
          <Toggle key={c} value={c === '' ? 'all' : c} className={look}>
            {name(c)}
          </Toggle>
        ))}
      </ToggleGroup>
      {rest.length > 0 && (
        <Menu
          align="start"
          trigger={
            <button
              type="button"
              className={cn(look, 'gap-1', inRest !== undefined && 'bg-hover font-semibold text-ink')}
            >
              {inRest === undefined ? t('discover.more-categories') : name(inRest)}
              <ChevronDown aria-hidden className="size-3.5" />
            </button>
          }
        >
          {rest.map((c) => (
            <MenuChoice key={c} checked={c === value} onClick={() => onChange(c)}>
              {name(c)}
            </MenuChoice>
          ))}
        </Menu>
      )}
    </div>
  )
}
