import type { TFunction } from 'i18next'
import { KeyRound } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ProfileContent, type ProfileDetail, type ProfileSetting, toWords } from '@/backend'
import { useProfileSettings, useSettings } from '@/backend/queries'
import { check, split } from '@/features/install/answers'
import { Risks, riskKey, risksOf } from '@/features/install/consents'
import { SettingsForm } from '@/features/install/settings-form'
import { shortPath } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Panel } from '@/ui/dialog'
import { focusWrong } from '@/ui/field'
import { LoadProblem, Problem } from '@/ui/problem'
import { SkeletonRows } from '@/ui/skeleton'
import { useChange } from './use-change'

type Props = { profile: ProfileDetail; content: ProfileContent; onClose: () => void }

/** What a profile has otherwise than the server itself: settings and keys, of which no value is shown. */
export function OwnDialog({ profile, content, onClose }: Props) {
  const { t } = useTranslation()
  const look = useProfileSettings(profile.id, content.server)
  const title = t('profiles.own-title', { title: content.title, name: profile.name })
  if (look.data)
    return <Form profile={profile} content={content} settings={look.data} title={title} onClose={onClose} />
  return (
    <Panel
      open
      wide
      onClose={onClose}
      title={title}
      foot={
        <Button tone="quiet" onClick={onClose}>
          {t('close')}
        </Button>
      }
    >
      {look.error ? (
        <LoadProblem words={toWords(look.error)} onRetry={() => void look.refetch()} />
      ) : (
        <SkeletonRows rows={2} label={t('loading')} />
      )}
    </Panel>
  )
}

function Form({ profile, content, settings, title, onClose }: Props & { settings: ProfileSetting[]; title: string }) {
  const { t } = useTranslation()
  const where = useSettings().data?.keys ?? ''
  const change = useChange()
  const form = useId()
  // Taken when the dialog opens: what is typed outlives another look at the profile.
  const [first] = useState(settings)
  const [own, setOwn] = useState<string[]>(() => first.filter((s) => s.own).map((s) => s.field.key))
  const [typed, setTyped] = useState<Record<string, string>>({})
  const [agreed, setAgreed] = useState<string[]>([])
  const [pressed, setPressed] = useState(false)
  const value = (s: ProfileSetting) => typed[s.field.key] ?? (s.own ? s.own_value : s.value)
  const wrongOf = (s: ProfileSetting) => {
    if (!own.includes(s.field.key)) return ''
    // A key that is kept stays when nothing is typed.
    if (s.field.secret) return value(s) === '' && !s.own ? 'missing' : ''
    return check(s.field, value(s))
  }
  const missing = first.filter((s) => wrongOf(s) !== '').length
  const together = first.filter((s) => s.field.secret && s.field.required)
  const risks = risksOf('', [], change.problem?.needs ?? [])
  const open = risks.some((r) => !agreed.includes(riskKey(r)))

  /** Keys that a server cannot do without are all its own, or none is. */
  const turn = (s: ProfileSetting, on: boolean) => {
    const keys = first.filter((x) => x.field.secret).map((x) => x.field.key)
    const needed = together.map((x) => x.field.key)
    setOwn((old) => {
      const rest = old.filter((k) => k !== s.field.key)
      if (!s.field.secret) return on ? [...rest, s.field.key] : rest
      if (on) return [...new Set([...rest, ...needed, s.field.key])]
      return s.field.required ? rest.filter((k) => !keys.includes(k)) : rest
    })
  }
  const save = () => {
    setPressed(true)
    if (missing > 0 || change.busy || open) return
    const mine = first.filter((s) => own.includes(s.field.key))
    const given = split(
      mine.map((s) => s.field),
      Object.fromEntries(mine.map((s) => [s.field.key, value(s)])),
    )
    // An answer may be emptied; split leaves empty ones out.
    for (const s of mine)
      if (!s.field.secret && given.answers[s.field.key] === undefined) given.answers[s.field.key] = ''
    const unset = first.filter((s) => s.own && !own.includes(s.field.key)).map((s) => s.field.key)
    change.run(
      (b, how) =>
        b.setInProfile(
          { profile: profile.id, server: content.server, ...given, unset, accept_risk: risks.length > 0 },
          how,
        ),
      t('profiles.own-saved', { title: content.title, name: profile.name }),
      onClose,
    )
  }
  return (
    <Panel
      open
      wide
      onClose={onClose}
      title={title}
      text={t('profiles.own-text', { name: profile.name })}
      foot={
        <>
          {pressed && missing > 0 && (
            <p role="status" className="grow font-medium text-meta text-warn">
              {t('profiles.own-wait', { count: missing })}
            </p>
          )}
          <Button tone="quiet" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            tone="filled"
            type="submit"
            form={form}
            aria-disabled={(pressed && missing > 0) || change.busy || open || undefined}
          >
            {t('profiles.own-save')}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        onSubmit={(e) => {
          e.preventDefault()
          focusWrong(e.currentTarget)
          save()
        }}
      >
        <Rows className="mt-4">
          {first.map((s) => {
            const differs = own.includes(s.field.key)
            return (
              <li key={s.field.key} className="px-3.5 py-2.5">
                <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
                  <div className="min-w-0 grow">
                    {differs ? (
                      <span className="inline-flex h-6 items-center rounded-full bg-accent-soft px-2.25 font-[550] text-accent-text text-meta">
                        {t('profiles.own-here')}
                      </span>
                    ) : (
                      <>
                        <p className="font-[550]">{s.field.label}</p>
                        <p className="meta truncate">{said(s, t)}</p>
                      </>
                    )}
                  </div>
                  <TextButton
                    onClick={(e) => {
                      const row = e.currentTarget.closest('li')
                      turn(s, !differs)
                      // What is to be typed next has the focus.
                      requestAnimationFrame(() => row?.querySelector<HTMLElement>('input, select')?.focus())
                    }}
                  >
                    {differs ? t('profiles.own-back') : t('profiles.own-change')}{' '}
                    <span className="sr-only">{t('profiles.own-of', { label: s.field.label })}</span>
                  </TextButton>
                </div>
                {differs && (
                  <div className="mt-1.5">
                    <SettingsForm
                      inputs={[
                        {
                          ...s.field,
                          required: true,
                          placeholder: s.field.secret && s.own ? '••••••••' : s.field.placeholder,
                        },
                      ]}
                      answers={{ [s.field.key]: value(s) }}
                      wrong={{ [s.field.key]: wrongOf(s) }}
                      showAll={pressed}
                      where={where}
                      onChange={(key, v) => setTyped((old) => ({ ...old, [key]: v }))}
                    />
                    {s.field.secret && s.own && <p className="meta mt-1">{t('profiles.own-kept')}</p>}
                  </div>
                )}
              </li>
            )
          })}
        </Rows>
        {together.length > 1 && together.some((s) => own.includes(s.field.key)) && (
          <p className="meta mt-2 flex items-center gap-1.5">
            <KeyRound aria-hidden className="size-3 shrink-0" />
            {t('profiles.own-together')}
          </p>
        )}
      </form>
      <Risks risks={risks} agreed={agreed} onAgree={setAgreed} />
      {change.problem && risks.length === 0 && (
        <Problem alert className="mt-3" words={change.problem} onLeave={onClose} />
      )}
    </Panel>
  )
}

function said(s: ProfileSetting, t: TFunction): string {
  if (s.field.secret) return s.set ? t('profiles.own-same-key') : t('profiles.own-same-no-key')
  return s.value === '' ? t('profiles.own-empty') : t('profiles.own-same-value', { value: shortPath(s.value) })
}
