import { Link2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { z } from 'zod/mini'
import { type SettingsView, toWords } from '@/backend'
import { useSetSetting } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Field, Labelled } from '@/ui/field'
import { Problem } from '@/ui/problem'
import { useToast } from '@/ui/toast'

const address = z.union([z.literal(''), z.url({ protocol: /^https?$/, hostname: /.+/ })])

/** True for an empty answer (the default) or a web address; plain http is for this computer and company networks. */
export function isAddress(text: string): boolean {
  return address.safeParse(text.trim()).success
}

export function Advanced({ settings }: { settings: SettingsView }) {
  const { t } = useTranslation()
  return (
    <div className="flex flex-col gap-6">
      <AddressSetting
        name="registry"
        value={settings.registry}
        label={t('settings.registry')}
        help={t('settings.registry-text')}
      />
      <AddressSetting
        name="node_origin"
        value={settings.node_origin}
        label={t('settings.node')}
        help={t('settings.node-text')}
      />
      <AddressSetting
        name="uv_origin"
        value={settings.uv_origin}
        label={t('settings.uv')}
        help={t('settings.uv-text')}
      />
      <AddressSetting
        name="python_origin"
        value={settings.python_origin}
        label={t('settings.python')}
        help={t('settings.python-text')}
      />
    </div>
  )
}

function AddressSetting({ name, value, label, help }: { name: string; value: string; label: string; help: string }) {
  const { t } = useTranslation()
  const say = useToast()
  const set = useSetSetting()
  const [text, setText] = useState(value)
  const [pressed, setPressed] = useState(false)
  const wrong = pressed && !isAddress(text) ? t('settings.not-address') : undefined
  const save = (e: FormEvent) => {
    e.preventDefault()
    setPressed(true)
    if (!isAddress(text)) return
    set.mutate({ name, value: text.trim() }, { onSuccess: () => say(t('settings.saved', { label })) })
  }
  return (
    <form onSubmit={save}>
      <Labelled label={label} help={help} wrong={wrong}>
        {(ids) => (
          <div className="flex gap-2">
            <Field
              {...ids}
              icon={Link2}
              className="grow"
              inputMode="url"
              placeholder={t('settings.default')}
              value={text}
              onChange={(e) => setText(e.target.value)}
            />
            <Button
              type="submit"
              disabled={text.trim() === value || set.isPending}
              className="h-9.5"
              aria-label={t('settings.save-label', { label })}
            >
              {t('settings.save')}
            </Button>
          </div>
        )}
      </Labelled>
      {set.error && <Problem alert className="mt-3" words={toWords(set.error)} />}
    </form>
  )
}
