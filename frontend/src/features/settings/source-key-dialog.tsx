import { KeyRound } from 'lucide-react'
import { type FormEvent, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type SourceView, toWords } from '@/backend'
import { useSetSourceKey, useSettings } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Panel } from '@/ui/dialog'
import { ExternalLink } from '@/ui/external-link'
import { Labelled, SecretField } from '@/ui/field'
import { useToast } from '@/ui/toast'
import { KeyProblem } from './key-problem'

/** Asks for the key of a list and keeps it. The value leaves this dialog only for the Go side. */
export function SourceKeyDialog({
  source,
  onClose,
  onSaved,
}: {
  source: SourceView
  onClose: () => void
  onSaved: () => void
}) {
  const { t } = useTranslation()
  const say = useToast()
  const form = useId()
  const field = useRef<HTMLInputElement>(null)
  const keep = useSetSourceKey()
  const { data: settings } = useSettings()
  const [value, setValue] = useState('')
  const [pressed, setPressed] = useState(false)
  const save = (e: FormEvent) => {
    e.preventDefault()
    setPressed(true)
    if (value.trim() === '') {
      field.current?.focus()
      return
    }
    keep.mutate(
      { id: source.source, value: value.trim() },
      {
        onSuccess: () => {
          say(t('keys.saved', { title: source.name }))
          onClose()
          onSaved()
        },
      },
    )
  }
  return (
    <Panel
      open
      onClose={onClose}
      title={t('keys.dialog', { title: source.name })}
      text={settings?.keys === 'file' ? t('field.kept-file') : t('field.kept-keychain')}
      foot={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button tone="filled" type="submit" form={form} aria-disabled={keep.isPending || undefined}>
            {t('keys.save')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={save} className="mt-4">
        <Labelled
          label={t('settings.key')}
          aside={source.kind === 'built-in' && <ExternalLink url={source.site}>{t('field.where')}</ExternalLink>}
          wrong={pressed && value.trim() === '' ? t('field.missing') : undefined}
        >
          {(ids) => (
            <SecretField
              {...ids}
              ref={field}
              icon={KeyRound}
              className="font-mono"
              placeholder={t('keys.paste')}
              value={value}
              onChange={(e) => setValue(e.target.value)}
            />
          )}
        </Labelled>
        {keep.error && <KeyProblem words={toWords(keep.error)} onAgreed={() => field.current?.form?.requestSubmit()} />}
      </form>
    </Panel>
  )
}
