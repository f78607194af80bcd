import { LogIn } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type JobView, type ServerView, toWords, type Words } from '@/backend'
import { useCancelJob, useJobAbout, useShowSignIn, useSignIn, useSignOut } from '@/backend/queries'
import { Risks, riskKey } from '@/features/install/consents'
import { Button } from '@/ui/button'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'
import { useToast } from '@/ui/toast'

export type Signing = {
  running: JobView | undefined
  pending: boolean
  problem: Words | undefined
  start: (risk: boolean) => void
  out: () => void
}

/** The sign-in to one server: the job that waits for the browser, and how it ended. */
export function useSigning(server: ServerView): Signing {
  const { t } = useTranslation()
  const say = useToast()
  const signIn = useSignIn()
  const signOut = useSignOut()
  const job = useJobAbout(server.id, 'sign-in')
  // What failed before this row was there is told by the server's own state.
  const mine = job && job.id === signIn.data ? job : undefined
  const error = signIn.error ?? signOut.error
  return {
    running: job?.state === 'running' ? job : undefined,
    pending: signIn.isPending,
    problem: error ? toWords(error) : mine?.state === 'failed' ? mine.error : undefined,
    start: (risk) => signIn.mutate({ id: server.id, risk }),
    out: () => signOut.mutate(server.id, { onSuccess: () => say(t('signin.signed-out', { title: server.title })) }),
  }
}

/** Waiting for the web browser with its way out, or why it did not work. */
export function SigningIn({ signing, className }: { signing: Signing; className: string }) {
  const { t } = useTranslation()
  const cancel = useCancelJob()
  const show = useShowSignIn()
  const [agreed, setAgreed] = useState<string[]>([])
  const { running, problem } = signing
  if (running) {
    return (
      <Note tone="info" icon={LogIn} className={className}>
        <p className="font-semibold">{t('signin.waiting')}</p>
        <p className="mt-0.5 text-ink-2">{t('signin.waiting-text')}</p>
        <p className="mt-2.5 flex flex-wrap gap-2">
          <Button size="sm" onClick={() => show.mutate(undefined)}>
            {t('signin.page-again')}
          </Button>
          <Button size="sm" tone="quiet" onClick={() => cancel.mutate(running.id)}>
            {t('cancel')}
          </Button>
        </p>
      </Note>
    )
  }
  if (!problem) return null
  const risks = (problem.needs ?? [])
    .filter((n) => n.kind === 'risk')
    .map((n) => ({ code: n.name, text: n.text, command: '' }))
  if (risks.length > 0) {
    return (
      <div className={className}>
        <Risks
          risks={risks}
          agreed={agreed}
          onAgree={(keys) => {
            setAgreed(keys)
            if (risks.every((r) => keys.includes(riskKey(r)))) signing.start(true)
          }}
        />
      </div>
    )
  }
  return <Problem alert className={className} words={problem} onRetry={() => signing.start(false)} />
}
