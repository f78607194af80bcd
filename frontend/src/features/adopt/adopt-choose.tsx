import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Adoptable, type AdoptRequest, toWords } from '@/backend'
import { useAdopt, useAdoptables, useApps } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { SheetFoot, SheetHead } from '@/ui/dialog'
import { focusWrong } from '@/ui/field'
import { LoadProblem, Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { AdoptRow, KeptRow, type Ready } from './adopt-row'
import type { Started } from './adopt-work'

type Props = { only: string; onClose: () => void; onStart: (started: Started[]) => void }

/** The list: what can be taken over, each with its change, and what stays as it is. */
export function AdoptChoose({ only, onClose, onStart }: Props) {
  const { t } = useTranslation()
  const found = useAdoptables()
  const apps = useApps()
  const adopt = useAdopt()
  const [left, setLeft] = useState<string[]>([])
  const [ready, setReady] = useState<Record<string, Ready>>({})
  const [pressed, setPressed] = useState(false)
  const body = useRef<HTMLDivElement>(null)
  const all = (found.data ?? []).filter((a) => only === '' || a.id === only)
  const usable = all.filter((a) => !a.problem)
  const others = all.filter((a) => a.problem)
  const slots = (apps.data ?? []).filter((a) => a.found)
  const can = (a: Adoptable) => !ready[a.id]?.refused
  const chosen = usable.filter((a) => !left.includes(a.id) && can(a))
  const states = chosen.map((a) => ready[a.id])
  const keys = all.reduce((n, a) => n + a.keys.length, 0)
  const toFill = states.reduce((n, s) => n + (s?.missing ?? 0), 0)
  const missing =
    chosen.length === 0
      ? t('adopt.none-chosen')
      : states.some((s) => !s || s.looking)
        ? t('adopt.wait-look')
        : toFill > 0
          ? t('adopt.wait-fill', { count: toFill })
          : states.some((s) => s?.risky)
            ? t('adopt.wait-risk')
            : ''
  const title = !found.data
    ? t('adopt.open')
    : all.length === 0
      ? t('adopt.empty')
      : t('adopt.title', { count: all.length })
  const start = () => {
    setPressed(true)
    focusWrong(body.current)
    if (missing !== '' || adopt.isPending) return
    const reqs = states.flatMap((s): AdoptRequest[] => (s ? [s.request] : []))
    adopt.mutate(reqs, {
      onSuccess: (jobs) =>
        onStart(
          chosen.map((a, i) => ({
            id: a.id,
            title: a.title,
            job: jobs[i] ?? '',
            request: reqs[i] ?? { id: a.id, answers: {}, secrets: {}, allow_scripts: false, accept_risk: false },
          })),
        ),
    })
  }
  return (
    <>
      <div ref={body} className="min-h-0 grow overflow-y-auto px-6 pt-5.5 pb-6">
        <SheetHead title={title} onClose={onClose} />
        <p className="mt-1.5 text-ink-2">
          {all.length === 0 ? found.data && t('adopt.empty-text') : t('adopt.lead')}{' '}
          {keys > 0 && (
            <>
              {t('adopt.keys', { count: keys })} {t('adopt.keys-move')}
            </>
          )}
        </p>
        {found.isPending && (
          <div className="mt-5">
            <SkeletonRows rows={4} label={t('loading')} />
          </div>
        )}
        {found.isError && <LoadProblem words={toWords(found.error)} onRetry={() => void found.refetch()} />}
        {adopt.error && <Problem alert className="mt-4" words={toWords(adopt.error)} onLeave={onClose} />}
        {usable.length > 0 && (
          <section aria-label={t('adopt.can')}>
            <SectionHead title={t('adopt.can')} className="mt-5 mb-2.5" />
            <Rows>
              {usable.map((a) => (
                <AdoptRow
                  key={a.id}
                  server={a}
                  slots={slots}
                  checked={!left.includes(a.id) && can(a)}
                  showAll={pressed}
                  onCheck={(on) => setLeft((old) => (on ? old.filter((x) => x !== a.id) : [...old, a.id]))}
                  onReady={(state) => setReady((old) => ({ ...old, [a.id]: state }))}
                />
              ))}
            </Rows>
          </section>
        )}
        {others.length > 0 && (
          <section aria-label={t('adopt.stays')}>
            <SectionHead title={t('adopt.stays')} remark={t('adopt.stays-remark')} className="mt-5 mb-2.5" />
            <Rows>
              {others.map((a) => (
                <KeptRow key={a.id} server={a} slots={slots} />
              ))}
            </Rows>
          </section>
        )}
      </div>
      <SheetFoot remark={missing || t('adopt.copy-kept')} warn={missing !== '' && pressed} undo={missing === ''}>
        <Button size="lg" tone="quiet" onClick={onClose}>
          {t('cancel')}
        </Button>
        {usable.length > 0 && (
          <Button
            size="lg"
            tone="filled"
            aria-disabled={(missing !== '' && toFill === 0) || adopt.isPending || undefined}
            onClick={start}
          >
            {chosen.length > 0 ? t('adopt.manage', { count: chosen.length }) : t('adopt.open')}
          </Button>
        )}
      </SheetFoot>
    </>
  )
}
