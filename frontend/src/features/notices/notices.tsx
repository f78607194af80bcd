import { Link, useRouterState } from '@tanstack/react-router'
import { FilePen, Undo2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type NoticeView, toWords } from '@/backend'
import { useKeepNotice, useNotices, usePutBack } from '@/backend/queries'
import { useSayDone } from '@/features/activity/use-say-done'
import { Button, buttonClass } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { useToast } from '@/ui/toast'

/** What changed in the apps' files outside Toolbay. Nothing is shown when nothing did. */
export function Notices() {
  const { t } = useTranslation()
  const { data } = useNotices()
  const path = useRouterState({ select: (s) => s.location.pathname })
  // In Apps the file itself says what is wrong with it.
  const all = (data ?? []).filter((n) => n.action !== 'repair' || path !== '/apps')
  return (
    <div aria-live="polite">
      {all.length > 0 && (
        <section aria-label={t('notices.title')} className="mb-5">
          <SectionHead title={t('notices.title')} className="mb-2.5" />
          <Rows>
            {all.map((n) => (
              <Notice key={n.id} notice={n} />
            ))}
          </Rows>
        </section>
      )}
    </div>
  )
}

function Notice({ notice }: { notice: NoticeView }) {
  const { t } = useTranslation()
  const say = useToast()
  const sayDone = useSayDone()
  const putBack = usePutBack()
  const keep = useKeepNotice()
  const busy = putBack.isPending || keep.isPending
  const problem = putBack.error ?? keep.error
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
      {problem && <Problem alert className="basis-full" words={toWords(problem)} />}
    </li>
  )
}
