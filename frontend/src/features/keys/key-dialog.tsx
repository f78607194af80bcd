import { KeyRound } from 'lucide-react'
import { type FormEvent, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toWords } from '@/backend'
import { useReplaceKey, useSettings } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Panel } from '@/ui/dialog'
import { ExternalLink } from '@/ui/external-link'
import { Labelled, SecretField } from '@/ui/field'
import { Problem } from '@/ui/problem'
import { useToast } from '@/ui/toast'

type Props = {
  server: string
  title: string
  profile: string
  name: string
  label: string
  link?: string
  onClose: () => void
  /** after the key is kept, for instance to test the server with it */
  onSaved?: () => void
}

/** Asks for one key and keeps it. The value leaves this dialog only for the Go side. */
export function KeyDialog({ server, title, profile, name, label, link = '', onClose, onSaved }: Props) {
  const { t } = useTranslation()
  const say = useToast()
  const form = useId()
  const field = useRef<HTMLInputElement>(null)
  const replace = useReplaceKey()
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
    replace.mutate(
      { server, profile, name, value: value.trim() },
      {
        onSuccess: () => {
          say(t('keys.saved', { title }))
          onClose()
          onSaved?.()
        },
      },
    )
  }
  return (
    <Panel
      open
      onClose={onClose}
      title={t('keys.dialog', { title })}
      text={settings?.keys === 'file' ? t('field.kept-file') : t('field.kept-keychain')}
      foot={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button tone="filled" type="submit" form={form} aria-disabled={replace.isPending || undefined}>
            {t('keys.save')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={save} className="mt-4">
        <Labelled
          label={label}
          aside={link && <ExternalLink url={link}>{t('field.where')}</ExternalLink>}
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
        {replace.error && <Problem alert className="mt-3" words={toWords(replace.error)} />}
      </form>
    </Panel>
  )
}
