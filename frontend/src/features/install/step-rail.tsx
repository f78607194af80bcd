import { Check } from 'lucide-react'
import type { InstallForm } from '@/backend'
import { cn } from '@/ui/cn'
import { Tile } from '@/ui/tile'

export type Step = { key: string; title: string; text: string; state: 'done' | 'now' | 'open' }

type Props = {
  form: Pick<InstallForm, 'title' | 'publisher'>
  category: string
  steps: Step[]
  foot: string
  label: string
  onGo?: (key: string) => void
}

/** What is settled, what is next, what is to come. */
export function StepRail({ form, category, steps, foot, label, onGo }: Props) {
  return (
    <aside className="flex w-56.5 shrink-0 flex-col overflow-y-auto border-line border-r bg-canvas px-5 pt-5.5 pb-5 narrow:w-49 narrow:px-4 tight:hidden">
      <div className="flex items-center gap-3">
        <Tile name={form.title} category={category} />
        <div className="min-w-0">
          <p className="truncate font-semibold text-section">{form.title}</p>
          <p className="meta truncate">{form.publisher}</p>
        </div>
      </div>
      <ol aria-label={label} className="mt-6.5 flex flex-col gap-1">
        {steps.map((s, i) => (
          <li key={s.key} aria-current={s.state === 'now' ? 'step' : undefined}>
            <button
              type="button"
              disabled={!onGo}
              onClick={() => onGo?.(s.key)}
              className={cn(
                '-mx-2.25 flex w-[calc(100%+1.125rem)] gap-2.75 rounded-[10px] px-2.25 py-2 text-left text-ink-2',
                s.state === 'now' && 'bg-card text-ink shadow-[0_0_0_1px_var(--line)]',
              )}
            >
              <span
                aria-hidden
                className={cn(
                  'mt-px grid size-5.5 shrink-0 place-items-center rounded-sm font-semibold text-meta',
                  s.state === 'done' && 'bg-ok-soft text-ok',
                  s.state === 'now' && 'bg-accent text-on-accent',
                  s.state === 'open' && 'bg-sunken text-ink-3 shadow-slot',
                )}
              >
                {s.state === 'done' ? <Check className="size-3.5" /> : i + 1}
              </span>
              <span className="min-w-0">
                <span className={cn('block text-ui leading-4.5', s.state === 'now' ? 'font-semibold' : 'font-medium')}>
                  {s.title}
                </span>
                <span className="meta block">{s.text}</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
      <p className="meta mt-auto pt-4 leading-4.25">{foot}</p>
    </aside>
  )
}
