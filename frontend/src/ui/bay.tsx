import { useTranslation } from 'react-i18next'
import { list } from '@/text/format'
import { appIcon } from './app-glyph'
import { cn } from './cn'

type Slot = { id: string; name: string }

/**
 * Which apps a server is docked to. Always all apps in their fixed order;
 * where it is absent, the slot is an empty recess.
 */
export function Bay({ apps, on, problem = [] }: { apps: Slot[]; on: string[]; problem?: string[] }) {
  const { t } = useTranslation()
  if (apps.length === 0) return null
  const names = apps.filter((a) => on.includes(a.id)).map((a) => a.name)
  return (
    <span
      role="img"
      aria-label={names.length > 0 ? t('bay.in', { apps: list(names) }) : t('bay.none')}
      className="inline-flex gap-0.75 rounded-[0.625rem] bg-sunken p-0.75 shadow-slot"
    >
      {apps.map((app) => {
        const Glyph = appIcon(app.id)
        const there = on.includes(app.id)
        return (
          <span
            key={app.id}
            title={app.name}
            data-slot-on={there || undefined}
            className={cn(
              'grid size-6 place-items-center rounded-[0.41rem]',
              !there && 'text-ink-off opacity-55',
              there && !problem.includes(app.id) && 'bg-card text-ink shadow-[0_0_0_1px_var(--line-2)]',
              there && problem.includes(app.id) && 'bg-bad-soft text-bad shadow-[0_0_0_1px_var(--bad-mark)]',
            )}
          >
            <Glyph className="size-3.25" />
          </span>
        )
      })}
    </span>
  )
}
