import { useTranslation } from 'react-i18next'
import type { Words } from '@/backend'
import { useSetSetting } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Problem } from '@/ui/problem'

/** A failure where a key was to be kept. Where there is no keychain, a private file is offered. */
export function KeyProblem({ words, onAgreed }: { words: Words; onAgreed: () => void }) {
  const { t } = useTranslation()
  const set = useSetSetting()
  return (
    <Problem
      alert
      className="mt-3"
      words={words}
      actions={
        words.code === 'consent_needed' ? (
          <Button size="sm" onClick={() => set.mutate({ name: 'keys', value: 'file' }, { onSuccess: onAgreed })}>
            {t('sheet.keep-in-file')}
          </Button>
        ) : undefined
      }
    />
  )
}
