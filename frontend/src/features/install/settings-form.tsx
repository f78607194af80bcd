import { File, Folder, Hash, KeyRound, Plus, X } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type InputField, useBackend } from '@/backend'
import { shortPath } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { ExternalLink } from '@/ui/external-link'
import { Field, Labelled, SecretField } from '@/ui/field'
import { Select } from '@/ui/select'
import { type Answers, ordered, type Wrong } from './answers'

type Props = {
  inputs: InputField[]
  answers: Answers
  /** what is wrong with each answer; shown once a field was left or Install was pressed */
  wrong: Record<string, Wrong>
  showAll: boolean
  onChange: (key: string, value: string) => void
  where: string
}

/** The server's own settings. What must be filled in stands first; the rest is folded when there is much. */
export function SettingsForm({ inputs, answers, wrong, showAll, onChange, where }: Props) {
  const { t } = useTranslation()
  const [more, setMore] = useState(false)
  const all = ordered(inputs)
  const required = all.filter((i) => i.required)
  const optional = all.filter((i) => !i.required)
  const fold = optional.length > 2 && !more
  const shown = fold ? required : all
  return (
    <div>
      {shown.length > 0 && (
        <div className="grid grid-cols-2 gap-x-4.5 gap-y-4 tight:grid-cols-1">
          {shown.map((input) => (
            <Setting
              key={input.key}
              input={input}
              value={answers[input.key] ?? ''}
              wrong={wrong[input.key] ?? ''}
              show={showAll}
              where={where}
              onChange={(v) => onChange(input.key, v)}
            />
          ))}
        </div>
      )}
      {fold && (
        <TextButton className={required.length > 0 ? 'mt-3' : ''} onClick={() => setMore(true)}>
          {t('sheet.more-settings', { count: optional.length })}
        </TextButton>
      )}
    </div>
  )
}

type SettingProps = {
  input: InputField
  value: string
  wrong: Wrong
  show: boolean
  where: string
  onChange: (v: string) => void
}

function Setting({ input, value, wrong, show, where, onChange }: SettingProps) {
  const { t } = useTranslation()
  const [left, setLeft] = useState(false)
  const said =
    wrong !== '' && (show || (left && value !== ''))
      ? t(`field.${wrong}`, { min: input.min, max: input.max })
      : undefined
  const help = input.given ? (
    t('field.given')
  ) : input.secret ? (
    <>
      {input.description} {where === 'file' ? t('field.kept-file') : t('field.kept-keychain')}
    </>
  ) : (
    input.description
  )
  if (input.format === 'boolean') return <BooleanSetting input={input} value={value} onChange={onChange} />
  return (
    <Labelled
      label={
        <>
          {input.label}
          {!input.required && <span className="meta ml-1.5 font-normal">{t('field.optional')}</span>}
        </>
      }
      aside={input.link && <ExternalLink url={input.link}>{t('field.where')}</ExternalLink>}
      help={help}
      wrong={said}
    >
      {(ids) => {
        const shared = {
          ...ids,
          value,
          required: input.required,
          placeholder: input.placeholder,
          onBlur: () => setLeft(true),
          onChange: (e: { target: { value: string } }) => onChange(e.target.value),
        }
        if (input.multiple && !input.secret)
          return <SeveralField ids={ids} input={input} value={value} onChange={onChange} />
        if (input.secret) return <SecretField icon={KeyRound} {...shared} className="font-mono" />
        if (input.choices.length > 0) {
          return (
            <Select
              {...ids}
              value={value}
              onChange={onChange}
              choices={input.choices}
              none={input.required ? undefined : t('field.none')}
            />
          )
        }
        if (input.format === 'folder' || input.format === 'filepath')
          return <PathField input={input} shared={shared} onPick={onChange} />
        return (
          <Field
            {...shared}
            icon={input.format === 'number' ? Hash : undefined}
            inputMode={input.format === 'number' ? 'decimal' : undefined}
          />
        )
      }}
    </Labelled>
  )
}

type Shared = { value: string; onBlur: () => void }

/** The whole path while it is edited; otherwise its readable end. */
function PathField({ input, shared, onPick }: { input: InputField; shared: Shared; onPick: (path: string) => void }) {
  const { t } = useTranslation()
  const backend = useBackend()
  const [editing, setEditing] = useState(false)
  const folder = input.format === 'folder'
  const pick = async () => {
    const path = folder ? await backend.pickFolder(input.label) : await backend.pickFile(input.label)
    if (path !== '') onPick(path)
  }
  return (
    <Field
      {...shared}
      value={editing ? shared.value : shortPath(shared.value)}
      onFocus={() => setEditing(true)}
      onBlur={() => {
        setEditing(false)
        shared.onBlur()
      }}
      title={shared.value}
      icon={folder ? Folder : File}
      className="pr-1"
      end={
        <Button
          size="sm"
          aria-label={t(folder ? 'field.choose-folder' : 'field.choose-file', { label: input.label })}
          onClick={() => void pick()}
        >
          {t('field.choose')}
        </Button>
      }
    />
  )
}

/** A setting that takes several values, one field each. */
function SeveralField({
  ids,
  input,
  value,
  onChange,
}: {
  ids: { id: string }
  input: InputField
  value: string
  onChange: (v: string) => void
}) {
  const { t } = useTranslation()
  const values = value.split('\n')
  const path = input.format === 'folder' || input.format === 'filepath'
  const put = (at: number, v: string) => onChange(values.map((old, i) => (i === at ? v : old)).join('\n'))
  return (
    <div className="flex flex-col gap-2">
      {values.map((v, i) => {
        const shared = {
          ...(i === 0 ? ids : { 'aria-label': t('field.nth', { label: input.label, n: i + 1 }) }),
          value: v,
          placeholder: input.placeholder,
          onBlur: () => undefined,
          onChange: (e: { target: { value: string } }) => put(i, e.target.value.replaceAll('\n', ' ')),
        }
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is what a value is known by
          <div key={i} className="flex items-center gap-1.5">
            <div className="min-w-0 grow">
              {path ? <PathField input={input} shared={shared} onPick={(p) => put(i, p)} /> : <Field {...shared} />}
            </div>
            {values.length > 1 && (
              <Button
                tone="quiet"
                size="sm"
                square
                aria-label={t('field.take-out', { label: input.label, n: i + 1 })}
                onClick={() => onChange(values.filter((_, at) => at !== i).join('\n'))}
              >
                <X aria-hidden className="size-3.5" />
              </Button>
            )}
          </div>
        )
      })}
      {values.at(-1) !== '' && (
        <TextButton className="self-start" onClick={() => onChange(`${value}\n`)}>
          <Plus aria-hidden className="size-3.5" />
          {t('field.another')}
        </TextButton>
      )}
    </div>
  )
}

function BooleanSetting({
  input,
  value,
  onChange,
}: {
  input: InputField
  value: string
  onChange: (v: string) => void
}) {
  const id = useId()
  return (
    <div className="flex items-start gap-2.5 self-center">
      <Checkbox
        checked={value === 'true'}
        onCheckedChange={(on) => onChange(String(on))}
        aria-labelledby={id}
        aria-describedby={input.description ? `${id}-help` : undefined}
      />
      <span>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: a larger target for the pointer; the box has the keyboard */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
        <span id={id} className="font-[550] text-ui" onClick={() => onChange(String(value !== 'true'))}>
          {input.label}
        </span>
        {input.description && (
          <span id={`${id}-help`} className="meta block">
            {input.description}
          </span>
        )}
      </span>
    </div>
  )
}
