import { Link, useRouterState } from '@tanstack/react-router'
import { FilePen, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type NoticeView, toWords } from '@/backend'
import { useDeleteCopies, useKeepNotice, useNotices, usePutBack } from '@/backend/queries'
import { useSayDone } from '@/features/activity/use-say-done'
import { Button, buttonClass } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Confirm } from '@/ui/dialog'
import { Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { useToast } from '@/ui/toast'

/** What changed in the apps' files outside Toolbay, and what is left to do. Nothing is shown when nothing is. */
export function Notices() {
  const { t } = useTranslation()
  const { data } = useNotices()
  const path = useRouterState({ select: (s) => s.location.pathname })
  // In Apps the file itself says what is wrong with it.
  const all = (data ?? []).filter((n) => n.action !== 'repair' || path !== '/apps')
  const left = all.filter((n) => ownCodes.includes(n.code))
  return (
    <div aria-live="polite">
      <Section title={t('notices.title')} notices={all.filter((n) => !left.includes(n))} />
      <Section title={t('notices.left')} notices={left} />
    </div>
  )
}

/** notices that nobody else is the cause of */
const ownCodes = ['app_skipped', 'change_left', 'copies_hold_key']

function Section({ title, notices }: { title: string; notices: NoticeView[] }) {
  if (notices.length === 0) return null
  return (
    <section aria-label={title} className="mb-5">
      <SectionHead title={title} className="mb-2.5" />
      <Rows>
        {notices.map((n) => (
          <Notice key={n.id} notice={n} />
        ))}
      </Rows>
    </section>
  )
}

function Notice({ notice }: { notice: NoticeView }) {
  const { t } = useTranslation()
  const say = useToast()
  const sayDone = useSayDone()
  const putBack = usePutBack()
  const keep = useKeepNotice()
  const remove = useDeleteCopies()
  const [asking, setAsking] = useState(false)
  const busy = putBack.isPending || keep.isPending || remove.isPending
  const problem = putBack.error ?? keep.error ?? remove.error
  const title = notice.title
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3.5 py-2.75">
      <FilePen aria-hidden className="size-4 shrink-0 text-warn" />
      <div className="min-w-0 grow basis-80">
        <p className="font-semibold leading-4.5">{title}</p>
        <p className="mt-0.5 text-ink-2 text-second">{notice.text}</p>
      </div>
      <div className="flex shrink-0 items-center gap-2">
        <Button
          size="sm"
          tone={notice.action === 'keep' ? 'plain' : 'quiet'}
          disabled={busy}
          aria-label={t('notices.keep-label', { title })}
          onClick={() => keep.mutate(notice.id, { onSuccess: () => say(t('notices.kept')) })}
        >
          {t('notices.keep')}
        </Button>
        {notice.action === 'put-back' && (
          <Button
            size="sm"
            disabled={busy}
            aria-label={notice.close ? undefined : t('notices.put-back-label', { title })}
            onClick={() =>
              putBack.mutate(notice, {
                onSuccess: (r) => sayDone(t('notices.undone'), r.change),
              })
            }
          >
            <Undo2 aria-hidden className="size-3.5" />
            {notice.close ? t('notices.close-and-put-back', { app: notice.app_name }) : t('notices.put-back')}
          </Button>
        )}
        {notice.action === 'try-again' && (
          <Button
            size="sm"
            disabled={busy}
            aria-label={notice.close ? undefined : t('notices.try-again-label', { title })}
            onClick={() => putBack.mutate(notice, { onSuccess: (r) => sayDone(t('notices.caught-up'), r.change) })}
          >
            {notice.close ? t('notices.close-and-try-again', { app: notice.app_name }) : t('notices.try-again')}
          </Button>
        )}
        {notice.action === 'delete-copies' && (
          <Button size="sm" tone="destructive" disabled={busy} onClick={() => setAsking(true)}>
            {t('notices.delete-copies')} <span className="sr-only">{notice.name}</span>
          </Button>
        )}
        {notice.action === 'look' && (
          <Link to="/apps" search={{ app: notice.app }} className={buttonClass('plain', 'sm')}>
            {t('notices.show')}
          </Link>
        )}
        {notice.action === 'repair' && (
          <Link
            to="/apps"
            search={{ app: notice.app }}
            aria-label={t('notices.repair-label', { app: notice.app_name })}
            className={buttonClass('plain', 'sm')}
          >
            {t('repair.repair')}
          </Link>
        )}
      </div>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t('notices.delete-ask', { name: notice.name })}
        text={t('adopt.copies-ask-text')}
        keep={t('adopt.copies-keep')}
        doIt={t('notices.delete-copies')}
        onConfirm={() => remove.mutate(notice.server)}
      />
      {problem && <Problem alert className="basis-full" words={toWords(problem)} />}
    </li>
  )
}
