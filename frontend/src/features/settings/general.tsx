import { Folder, KeyRound } from 'lucide-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { type SettingsView, toWords } from '@/backend'
import { useSetSetting } from '@/backend/queries'
import { Rows } from '@/ui/card'
import { type Choice, Segmented } from '@/ui/choice'
import { Details, Log } from '@/ui/details'
import { Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { Switch } from '@/ui/switch'

export function General({ settings }: { settings: SettingsView }) {
  const { t } = useTranslation()
  const set = useSetSetting()
  const id = useId()
  const themes: Choice<SettingsView['theme']>[] = [
    { value: 'system', label: t('settings.theme-system') },
    { value: 'light', label: t('settings.theme-light') },
    { value: 'dark', label: t('settings.theme-dark') },
  ]
  return (
    <>
      {settings.notes.map((n) => (
        <Problem key={n.code} className="mb-4" words={n} />
      ))}
      <SectionHead title={t('settings.look')} className="mb-2.5" />
      <Segmented
        label={t('settings.look')}
        value={settings.theme}
        choices={themes}
        onChange={(value) => set.mutate({ name: 'theme', value })}
      />
      {set.error && <Problem alert className="mt-3" words={toWords(set.error)} />}
      <SectionHead title={t('installed.updates')} className="mt-6 mb-2.5" />
      <Rows>
        <li className="flex min-h-12 items-center gap-3 px-3.5 py-2">
          <div className="min-w-0 grow">
            <p id={id} className="font-[550]">
              {t('settings.updates')}
            </p>
            <p className="meta">{t('settings.updates-text')}</p>
          </div>
          <Switch
            aria-labelledby={id}
            checked={settings.updates}
            onCheckedChange={(on) => set.mutate({ name: 'updates', value: on ? '' : 'off' })}
          />
        </li>
      </Rows>
      <SectionHead title={t('settings.kept')} className="mt-6 mb-2.5" />
      <Rows>
        <li className="flex min-h-12 items-center gap-3 px-3.5 py-2">
          <KeyRound aria-hidden className="size-4 shrink-0 text-ink-3" />
          <span>{settings.keys === 'file' ? t('keys.in-file') : t('keys.in-keychain')}</span>
        </li>
        <li className="flex min-h-12 items-center gap-3 px-3.5 py-2">
          <Folder aria-hidden className="size-4 shrink-0 text-ink-3" />
          <span>{t('settings.own-folder')}</span>
        </li>
      </Rows>
      <Details className="mt-2.5">
        <Log label={t('details.log')}>{settings.home}</Log>
      </Details>
      <p className="meta mt-6">{t('settings.version', { version: settings.version })}</p>
    </>
  )
}
