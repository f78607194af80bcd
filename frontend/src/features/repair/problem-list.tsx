import { Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { RepairProblem } from '@/backend'
import { NumberMark } from '@/ui/diff-view'

/** Which number stands beside which line of the file; the first problem of a line gives it. */
export function numbered(problems: RepairProblem[]): Map<number, number> {
  const marks = new Map<number, number>()
  problems.forEach((p, i) => {
    if (p.line > 0 && !marks.has(p.line)) marks.set(p.line, i + 1)
  })
  return marks
}

type Props = {
  problems: RepairProblem[] /** afterwards: ticked */
  done?: boolean /** an earlier copy can be brought back, so that not only the user can change it */
  copy?: boolean
}

/** What is wrong, numbered like the marks in the file. */
export function ProblemList({ problems, done = false, copy = false }: Props) {
  const { t } = useTranslation()
  return (
    <ol className="overflow-hidden rounded-lg border border-line bg-card shadow-card *:not-first:border-line *:not-first:border-t">
      {problems.map((p, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes its order
        <li key={i} className="flex gap-3 px-3.5 py-3">
          {done ? (
            <span className="grid size-4.5 shrink-0 place-items-center rounded-full bg-ok text-on-accent">
              <Check aria-hidden className="size-3" />
            </span>
          ) : (
            <span className="-mr-2.5 mt-0.5">
              <NumberMark bad={p.severity === 'error'}>{i + 1}</NumberMark>
            </span>
          )}
          <div className="min-w-0 grow">
            <h3 className="font-semibold leading-5">
              {p.title}
              {p.line > 0 && !done && (
                <span className="meta ml-2 font-normal">{t('repair.line', { line: p.line })}</span>
              )}
            </h3>
            <p className="mt-0.5 text-ink-2 text-second">{p.detail}</p>
            {!done && p.fix === 'never' && !(copy && p.code === 'FILE_BEYOND_REPAIR') && (
              <p className="mt-1 text-second text-warn">{t('repair.only-you')}</p>
            )}
            {!done && p.fix === 'confirm' && p.mends && <p className="mt-1 text-second">{t('repair.please-look')}</p>}
          </div>
        </li>
      ))}
    </ol>
  )
}
