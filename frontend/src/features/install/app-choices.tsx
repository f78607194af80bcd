import { ChevronDown, ChevronRight, Lock } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppChoice } from '@/backend'
import { AppGlyph } from '@/ui/app-glyph'
import { TextButton } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Checkbox } from '@/ui/checkbox'
import { Details, Log } from '@/ui/details'
import { DiffView } from '@/ui/diff-view'
import { diffSize } from '@/ui/parse-diff'
import { useWords } from '@/ui/problem'

type Props = { apps: AppChoice[]; chosen: string[]; onChange: (chosen: string[]) => void; secrets: boolean }

/** The apps found here, each with the exact change to its file. */
export function AppChoices({ apps, chosen, onChange, secrets }: Props) {
  const { t } = useTranslation()
  const found = apps.filter((a) => a.found)
  if (found.length === 0) return <p className="text-ink-2 text-second">{t('sheet.no-apps')}</p>
  return (
    <Rows>
      {found.map((app) => (
        <AppRow
          key={app.id}
          app={app}
          secrets={secrets}
          checked={chosen.includes(app.id)}
          onCheck={(on) => onChange(on ? [...chosen, app.id] : chosen.filter((id) => id !== app.id))}
        />
      ))}
    </Rows>
  )
}

function AppRow({
  app,
  checked,
  onCheck,
  secrets,
}: {
  app: AppChoice
  checked: boolean
  onCheck: (on: boolean) => void
  secrets: boolean
}) {
  const { t } = useTranslation()
  const id = useId()
  const [open, setOpen] = useState(false)
  const size = useChangeSize(app)
  return (
    <li>
      <div className="flex min-h-10.5 flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2.25">
        <Checkbox
          checked={checked && app.usable}
          disabled={!app.usable}
          onCheckedChange={onCheck}
          aria-labelledby={id}
          aria-describedby={`${id}-about`}
        />
        <AppGlyph app={app.id} size={24} />
        {/* biome-ignore lint/a11y/noStaticElementInteractions: a larger target for the pointer; the box has the keyboard */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
        <span id={id} className="font-[550]" onClick={() => app.usable && onCheck(!checked)}>
          {app.name}
        </span>
        <span id={`${id}-about`} className="meta min-w-0 grow basis-40">
          {app.problem ? <ProblemWords app={app} /> : (checked && size) || t('sheet.ready')}
        </span>
        {app.changes.length > 0 && (
          <TextButton aria-expanded={open} aria-controls={`${id}-changes`} onClick={() => setOpen(!open)}>
            {open ? t('diff.hide') : t('diff.show')}{' '}
            {open ? (
              <ChevronDown aria-hidden className="size-3.5" />
            ) : (
              <ChevronRight aria-hidden className="size-3.5" />
            )}
            <span className="sr-only">{t('sheet.of-app', { app: app.name })}</span>
          </TextButton>
        )}
      </div>
      {app.problem?.detail && (
        <Details className="px-3.5 pb-2.5 pl-21.5">
          <Log label={t('details.log')}>{app.problem.detail}</Log>
        </Details>
      )}
      <div id={`${id}-changes`} hidden={!open} className="px-3.5 pb-3">
        {open && (
          <>
            <div className="flex flex-col gap-2.5">
              {app.changes.map((c) => (
                <DiffView key={c.path} file={c} />
              ))}
            </div>
            <p className="meta mt-1.75 flex items-center gap-1.5">
              <Lock aria-hidden className="size-3 shrink-0" />
              {secrets ? t('sheet.rest-stays-key') : t('sheet.rest-stays')}
            </p>
          </>
        )}
      </div>
    </li>
  )
}

/** "4 lines and a comma added, nothing else touched". */
function useChangeSize(app: AppChoice): string {
  const { t } = useTranslation()
  let [added, commas, rest] = [0, 0, 0]
  for (const c of app.changes) {
    const size = diffSize(c.diff)
    added += size.added
    commas += size.commas
    rest += size.removed + size.changed
  }
  if (rest > 0) return added > 0 ? t('sheet.lines-changed', { n: added }) : t('sheet.line-changed')
  if (added === 0) return ''
  return commas > 0 ? t('sheet.lines-comma', { count: added }) : t('sheet.lines', { count: added })
}

function ProblemWords({ app }: { app: AppChoice }) {
  const { message } = useWords(app.problem ?? { code: '', message: '', hint: '', action: '', detail: '', args: {} })
  return <span className="text-bad">{message}</span>
}
