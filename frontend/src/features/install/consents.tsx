import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Need, Risk } from '@/backend'
import { Checkbox } from '@/ui/checkbox'
import { Note } from '@/ui/note'

/** What is asked in words of its own; anything else gets the general yes. */
function wordOf(risk: Risk): 'keys-file' | 'writable' | 'command' | 'unsigned' | undefined {
  if (risk.command !== '') return 'command'
  if (risk.code === 'keys-file') return 'keys-file'
  if (risk.code.startsWith('mount-write')) return 'writable'
  return /^(unsigned|signature_)/.test(risk.code) ? 'unsigned' : undefined
}

/** All that must be agreed to before an install: what the plan tells, and what only came out on trying. */
export function risksOf(caution: string, offered: Risk[], needs: Need[]): Risk[] {
  const all: Risk[] = caution === '' ? [] : [{ code: 'caution', text: caution, command: '' }]
  const late = needs.filter((n) => n.kind === 'risk').map((n) => ({ code: n.name, text: n.text, command: '' }))
  for (const r of [...offered, ...late]) {
    if (!all.some((a) => a.code === r.code && a.text === r.text)) all.push(r)
  }
  return all
}

export const riskKey = (r: Risk) => `${r.code} ${r.text}`

type Props = { risks: Risk[]; agreed: string[]; onAgree: (agreed: string[]) => void }

/** One question each, with a box of its own. A command stands as it would be run, as text. */
export function Risks({ risks, agreed, onAgree }: Props) {
  const { t } = useTranslation()
  return risks.map((r) => {
    const key = riskKey(r)
    const word = wordOf(r)
    return (
      <Note key={key} tone="warn" className="mt-3">
        <p>{r.text}</p>
        {r.command !== '' && (
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard
            tabIndex={0}
            role="group"
            aria-label={t('sheet.exact-command')}
            className="selectable mt-2 max-h-40 overflow-auto rounded-md border border-line bg-card px-3 py-2 font-mono text-code whitespace-pre-wrap [overflow-wrap:anywhere]"
          >
            {r.command}
          </pre>
        )}
        <Consent
          checked={agreed.includes(key)}
          onChange={(on) => onAgree(on ? [...agreed, key] : agreed.filter((a) => a !== key))}
        >
          {word ? t(`sheet.risk.${word}`) : t('sheet.accept-risk')}
        </Consent>
      </Note>
    )
  })
}

/** A box with its words; the words are a larger target for the pointer. */
export function Consent({
  checked,
  onChange,
  children,
}: {
  checked: boolean
  onChange: (on: boolean) => void
  children: ReactNode
}) {
  const id = useId()
  return (
    <div className="mt-2 flex items-center gap-2.5">
      <Checkbox checked={checked} onCheckedChange={onChange} aria-labelledby={id} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a larger target for the pointer; the box has the keyboard */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <span id={id} className="font-[550]" onClick={() => onChange(!checked)}>
        {children}
      </span>
    </div>
  )
}
