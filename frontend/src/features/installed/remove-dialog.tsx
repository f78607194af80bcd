import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ServerView } from '@/backend'
import { Consent } from '@/features/install/consents'
import { Button } from '@/ui/button'
import { Panel } from '@/ui/dialog'

/** What a removal would leave in the keychain. */
export function keysOf(s: ServerView): { keys: number; signIn: boolean } {
  const keys = s.settings.filter((x) => x.secret && x.set).length
  return { keys, signIn: keys === 0 && (s.signed_in || s.status === 'needs-sign-in') }
}

type Props = { server: ServerView; onClose: () => void; onRemove: (forget: boolean) => void }

/** Asked only where a removal has to do with keys: forgetting them is what no undo brings back. */
export function RemoveDialog({ server, onClose, onRemove }: Props) {
  const { t } = useTranslation()
  const [forget, setForget] = useState(false)
  const { keys, signIn } = keysOf(server)
  return (
    <Panel
      open
      onClose={onClose}
      title={t('remove.title', { title: server.title })}
      text={t('remove.text')}
      foot={
        <>
          <Button size="lg" tone="quiet" onClick={onClose}>
            {t('remove.keep')}
          </Button>
          <Button
            size="lg"
            tone="destructive"
            onClick={() => {
              onClose()
              onRemove(forget)
            }}
          >
            {t('remove.remove')}
          </Button>
        </>
      }
    >
      <p className="mt-3 mb-1 text-ink-2">
        {t('remove.undo')}{' '}
        {forget
          ? signIn
            ? t('remove.without-sign-in')
            : t('remove.without', { count: keys })
          : signIn
            ? t('remove.sign-in')
            : t('remove.keys', { count: keys })}
      </p>
      <Consent checked={forget} onChange={setForget}>
        {signIn ? t('remove.forget-sign-in') : t('remove.forget', { count: keys })}
      </Consent>
    </Panel>
  )
}
