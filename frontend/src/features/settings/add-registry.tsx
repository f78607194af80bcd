import { Building2, FileBadge, KeyRound, Link2 } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type RegistrySpec, toWords, useBackend } from '@/backend'
import { useAddRegistry, useSettings, useSync, useTestRegistry } from '@/backend/queries'
import { count, shortPath } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Card } from '@/ui/card'
import { Details } from '@/ui/details'
import { Field, Labelled, SecretField } from '@/ui/field'
import { SectionHead } from '@/ui/section'
import { Status } from '@/ui/status'
import { useToast } from '@/ui/toast'
import { isAddress } from './advanced'
import { KeyProblem } from './key-problem'

type Form = Omit<RegistrySpec, 'headers'> & { header: string; headerValue: string }

const empty: Form = { url: '', name: '', badge: '', key: '', header: '', headerValue: '', ca_file: '' }

const specOf = ({ header, headerValue, ...f }: Form): RegistrySpec => ({
  ...f,
  url: f.url.trim(),
  name: f.name.trim(),
  badge: f.badge.trim(),
  key: f.key.trim(),
  headers: header.trim() === '' ? {} : { [header.trim()]: headerValue.trim() },
})

/** A list of a company or a colleague: asked before it is added, so that nothing broken is kept. */
export function AddRegistry() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <section>
      <SectionHead
        title={t('settings.add-registry')}
        remark={t('settings.add-registry-remark')}
        className="mt-6 mb-2.5"
      />
      {open ? (
        <RegistryForm onClose={() => setOpen(false)} />
      ) : (
        <Button onClick={() => setOpen(true)}>
          <Building2 aria-hidden className="size-4" />
          {t('settings.add-registry-open')}
        </Button>
      )}
    </section>
  )
}

function RegistryForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const say = useToast()
  const backend = useBackend()
  const missing = useId()
  const { data: settings } = useSettings()
  const [form, setForm] = useState(empty)
  const [pressed, setPressed] = useState(false)
  const [tested, setTested] = useState('')
  const test = useTestRegistry()
  const add = useAddRegistry()
  const sync = useSync()
  const spec = specOf(form)
  const same = tested === JSON.stringify(spec)
  const answer = same ? test.data : undefined
  const fine = answer?.ok === true
  const isUrl = spec.url !== '' && isAddress(spec.url)
  const field = (name: keyof Form) => ({
    value: form[name],
    onChange: (e: { target: { value: string } }) => setForm({ ...form, [name]: e.target.value }),
  })
  const ask = () => {
    setPressed(true)
    if (!isUrl) return
    setTested(JSON.stringify(spec))
    test.mutate(spec)
  }
  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (!fine) return ask()
    add.mutate(spec, {
      onSuccess: (s) => {
        say(t('settings.added', { name: s.name }))
        sync.mutate(s.source)
        onClose()
      },
    })
  }
  const problem = add.error
    ? toWords(add.error)
    : test.error && same
      ? toWords(test.error)
      : (answer?.error ?? undefined)
  return (
    <Card className="px-4 pt-3 pb-4">
      <form onSubmit={submit} noValidate>
        <div className="grid grid-cols-[3fr_2fr] gap-x-3.5 gap-y-3 tight:grid-cols-1">
          <Labelled label={t('settings.address')} wrong={pressed && !isUrl ? t('settings.not-address') : undefined}>
            {(ids) => <Field {...ids} {...field('url')} icon={Link2} inputMode="url" autoFocus />}
          </Labelled>
          <Labelled
            label={
              <>
                {t('settings.key')} <span className="meta ml-1 font-normal">{t('settings.key-if')}</span>
              </>
            }
          >
            {(ids) => (
              <SecretField
                {...ids}
                {...field('key')}
                icon={KeyRound}
                placeholder={settings?.keys === 'file' ? undefined : t('settings.key-kept')}
              />
            )}
          </Labelled>
        </div>
        <Details className="mt-2.5" label={t('settings.registry-more')}>
          <div className="grid grid-cols-2 gap-x-3.5 gap-y-2 tight:grid-cols-1">
            <Labelled label={t('settings.registry-name')} help={t('settings.registry-name-help')}>
              {(ids) => <Field {...ids} {...field('name')} />}
            </Labelled>
            <Labelled label={t('settings.badge')} help={t('settings.badge-help')}>
              {(ids) => <Field {...ids} {...field('badge')} />}
            </Labelled>
            <Labelled label={t('settings.header')} help={t('settings.header-help')}>
              {(ids) => <Field {...ids} {...field('header')} />}
            </Labelled>
            <Labelled label={t('settings.header-value')}>
              {(ids) => <SecretField {...ids} {...field('headerValue')} />}
            </Labelled>
          </div>
          <p className="mt-2 flex flex-wrap items-center gap-2">
            <Button
              size="sm"
              onClick={() =>
                void backend.pickFile(t('settings.certificate')).then((path) => {
                  if (path) setForm((f) => ({ ...f, ca_file: path }))
                })
              }
            >
              <FileBadge aria-hidden className="size-3.5" />
              {t('settings.certificate')}
            </Button>
            <span className="meta">{form.ca_file ? shortPath(form.ca_file) : t('settings.certificate-none')}</span>
            {form.ca_file && (
              <TextButton onClick={() => setForm({ ...form, ca_file: '' })}>{t('field.clear')}</TextButton>
            )}
          </p>
        </Details>
        {problem && <KeyProblem words={problem} onAgreed={() => add.reset()} />}
        <div className="mt-3.5 flex flex-wrap items-center gap-2.5">
          <p role="status" id={missing} className="min-w-0 grow basis-60 text-second">
            {test.isPending ? (
              <span className="text-ink-2">{t('settings.asking')}</span>
            ) : answer?.ok ? (
              <Status tone="ok" className="whitespace-normal">
                {t(answer.more ? 'settings.answers-more' : 'settings.answers', {
                  count: answer.servers,
                  n: count(answer.servers),
                })}
              </Status>
            ) : (
              <span className="text-ink-3">{t('settings.test-first')}</span>
            )}
          </p>
          <Button tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          {!fine && (
            <Button onClick={ask} disabled={test.isPending}>
              {t('test', { ns: 'actions' })}
            </Button>
          )}
          <Button
            tone="filled"
            type="submit"
            aria-disabled={!fine || add.isPending || undefined}
            aria-describedby={missing}
          >
            {t('settings.add')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
