import { CircleCheck, History, Play, Undo2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { toWords, type Words } from '@/backend'
import { useProveEntries, useUndo } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { DiffView } from '@/ui/diff-view'
import { Note } from '@/ui/note'
import { Problem, useWords } from '@/ui/problem'
import { Ring } from '@/ui/ring'
import { SectionHead } from '@/ui/section'
import { Status } from '@/ui/status'
import { ProblemList } from './problem-list'
import type { Repaired as Done } from './repair'

/** After a repair: what was mended, what to do now, the proof that servers start, and the way back. */
export function Repaired({ done, onUndone }: { done: Done; onUndone: () => void }) {
  const { t } = useTranslation()
  const undo = useUndo()
  const prove = useProveEntries()
  const { view, result } = done
  // A copy has none of what was wrong.
  const mended = view.problems.filter((p) => p.mends && !done.copied)
  const left = view.problems.filter((p) => !p.mends && !done.copied)
  return (
    <section aria-label={view.name} className="mt-5.5">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 grow basis-80" role="status">
          <h2 className="display flex items-center gap-2 text-statement">
            <CircleCheck aria-hidden className="size-5 text-ok" />
            {t(done.copied ? 'repair.copy-back' : 'repair.done', { app: view.name })}
          </h2>
          <p className="mt-0.5 text-ink-2">
            {[t('repair.back', { count: view.servers }), ...result.restart.map((r) => r.text)].join(' ')}
          </p>
        </div>
        <Button
          size="lg"
          onClick={() => prove.mutate({ app: view.app, path: view.path })}
          aria-disabled={prove.isPending || undefined}
        >
          {prove.isPending ? <Ring value={undefined} className="size-4" /> : <Play aria-hidden className="size-4" />}
          {prove.isPending ? t('repair.proving') : t('repair.prove')}
        </Button>
        <Button
          size="lg"
          onClick={() => undo.mutate(result.change, { onSuccess: onUndone })}
          aria-disabled={undo.isPending || undefined}
        >
          <Undo2 aria-hidden className="size-4" />
          {t(done.copied ? 'undo' : 'repair.undo')}
        </Button>
      </div>
      {(undo.error ?? prove.error) && <Problem alert className="mt-3" words={toWords(undo.error ?? prove.error)} />}
      <div className="mt-4.5 grid items-start gap-5 min-[60rem]:grid-cols-[minmax(17rem,23.5rem)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-3">
          {mended.length > 0 && <ProblemList problems={mended} done />}
          {done.copied && <Note icon={History}>{t('repair.copy-kept-too')}</Note>}
          {left.length > 0 && (
            <>
              <SectionHead title={t('repair.left')} className="mt-1.5" />
              <ProblemList problems={left} />
            </>
          )}
          {prove.data && (
            <div role="status">
              <SectionHead title={t('repair.started')} className="mt-1.5 mb-2.5" />
              <Rows>
                {prove.data.map((p) => (
                  <Proof key={p.name} name={p.name} tools={p.tools} problem={p.problem} />
                ))}
              </Rows>
            </div>
          )}
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          {result.files.map((f) => (
            <DiffView key={f.path} file={f} />
          ))}
        </div>
      </div>
    </section>
  )
}

const nothingSaid: Words = { code: '', message: '', hint: '', detail: '', action: '', args: {} }

function Proof({ name, tools, problem }: { name: string; tools: number; problem: Words | undefined }) {
  const { t } = useTranslation()
  const said = useWords(problem ?? nothingSaid)
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-3 px-3.5 py-1.5">
      <span className="min-w-0 grow truncate font-[550]">{name}</span>
      <Status tone={problem ? 'bad' : 'ok'}>
        {problem ? t('status.broken') : t('repair.works', { count: tools })}
      </Status>
      {problem && <p className="basis-full text-ink-2 text-second">{`${said.message} ${said.hint}`}</p>}
    </li>
  )
}
