import { useNavigate } from '@tanstack/react-router'
import { Check, Copy, Undo2, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { copyText, type InstallResult, toWords } from '@/backend'
import { useRemoveServers } from '@/backend/queries'
import { seconds } from '@/text/format'
import { AppGlyph } from '@/ui/app-glyph'
import { Button, TextButton } from '@/ui/button'
import { Problem } from '@/ui/problem'
import { Tile } from '@/ui/tile'
import { useToast } from '@/ui/toast'
import { Restarts } from './restarts'

/** It is in. What to ask, what to restart, and the way back. */
export function InstallDone({
  result,
  category,
  onClose,
}: {
  result: InstallResult
  category: string
  onClose: () => void
}) {
  const { t } = useTranslation()
  const say = useToast()
  const navigate = useNavigate()
  const remove = useRemoveServers()
  const half = Math.ceil(result.apps.length / 2)
  const undo = () =>
    remove.mutate(
      { ids: [result.server], keys: false },
      {
        onSuccess: () => {
          onClose()
          say(t('done.undone', { title: result.title }))
        },
      },
    )
  return (
    <>
      <div className="min-h-0 overflow-y-auto px-8 pt-7.5 pb-6">
        <div className="flex items-start justify-between">
          <div aria-hidden className="flex items-center gap-1.5 rounded-[1.25rem] bg-sunken p-1.75 shadow-slot">
            {result.apps.slice(0, half).map((a) => (
              <AppGlyph key={a} app={a} size={44} />
            ))}
            <span className="mx-0.5 grid size-14 place-items-center rounded-[0.9375rem] bg-card shadow-[0_0_0_1px_var(--line-2),var(--shadow-raise)]">
              <Tile name={result.title} category={category} />
            </span>
            {result.apps.slice(half).map((a) => (
              <AppGlyph key={a} app={a} size={44} />
            ))}
          </div>
          <Button tone="quiet" size="sm" square aria-label={t('close')} onClick={onClose}>
            <X aria-hidden className="size-4" />
          </Button>
        </div>
        <h1 className="display mt-5 text-done">{t('done.title', { title: result.title })}</h1>
        <p className="mt-1.5 text-ink-2 text-lead">
          {result.tools.length > 0
            ? t('done.hello', { seconds: seconds(Math.max(100, result.hello_ms)), count: result.tools.length })
            : t('done.hello-no-tools', { seconds: seconds(Math.max(100, result.hello_ms)) })}
        </p>
        {result.sample && <Ask question={result.sample} />}
        {result.restart.length > 0 ? (
          <Restarts apps={result.restart} className="mt-4.5" />
        ) : (
          <p className="mt-4.5 text-ink-2 text-second">{t('done.no-apps')}</p>
        )}
        {remove.error && <Problem alert className="mt-4" words={toWords(remove.error)} />}
      </div>
      <footer className="flex shrink-0 flex-wrap items-center gap-2.5 border-line border-t px-8 py-3.5">
        <TextButton className="text-ink-2" onClick={undo} disabled={remove.isPending}>
          <Undo2 aria-hidden className="size-3.5" />
          {t('done.undo')}
        </TextButton>
        <span className="grow" />
        <Button
          size="lg"
          tone="quiet"
          onClick={() => {
            onClose()
            void navigate({ to: '/installed' })
          }}
        >
          {t('done.see')}
        </Button>
        <Button size="lg" tone="filled" onClick={onClose}>
          {t('done.close')}
        </Button>
      </footer>
    </>
  )
}

function Ask({ question }: { question: string }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  return (
    <div className="mt-5 rounded-lg bg-accent-soft px-4 py-3.75">
      <p className="mb-1.5 font-[550] text-accent-text text-meta">{t('done.try')}</p>
      <div className="flex items-center gap-3">
        <p className="display selectable min-w-0 grow font-medium text-ask tracking-[-0.01em]">{question}</p>
        <Button size="sm" onClick={() => void copyText(question).then(() => setCopied(true))}>
          {copied ? <Check aria-hidden className="size-3.5 text-ok" /> : <Copy aria-hidden className="size-3.5" />}
          <span aria-live="polite">{copied ? t('done.copied') : t('done.copy')}</span>
        </Button>
      </div>
    </div>
  )
}
