import { Link } from '@tanstack/react-router'
import { ClipboardCopy, Stethoscope } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { copyText, type DoctorCheck, toWords } from '@/backend'
import { useDoctor, useStopDoctor } from '@/backend/queries'
import { shortPath } from '@/text/format'
import { Button, buttonClass } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Details } from '@/ui/details'
import { Problem } from '@/ui/problem'
import { Ring } from '@/ui/ring'
import { SectionHead } from '@/ui/section'
import { Status, type StatusTone } from '@/ui/status'
import { useToast } from '@/ui/toast'

/** A look at everything at once: what is wrong, each with its way out, and what is in order. */
export function CheckUp() {
  const { t } = useTranslation()
  const say = useToast()
  const look = useDoctor()
  const stop = useStopDoctor()
  const found = look.data
  const open = (found?.checks ?? []).filter((c) => c.state !== 'ok')
  const fine = (found?.checks ?? []).filter((c) => c.state === 'ok')
  return (
    <>
      <SectionHead title={t('checkup.title')} remark={t('checkup.remark')} className="mb-2.5" />
      <p className="flex flex-wrap gap-2">
        <Button
          tone={found ? 'plain' : 'filled'}
          onClick={() => !look.isPending && look.mutate(undefined)}
          aria-disabled={look.isPending || undefined}
        >
          {look.isPending ? (
            <Ring value={undefined} className="size-4" />
          ) : (
            <Stethoscope aria-hidden className="size-4" />
          )}
          {look.isPending ? t('checkup.looking') : t('checkup.look')}
        </Button>
        {look.isPending && (
          <Button tone="quiet" onClick={() => stop.mutate(undefined)}>
            {t('cancel')}
          </Button>
        )}
        {found && (
          <Button onClick={() => void copyText(found.report).then(() => say(t('repair.copied')))}>
            <ClipboardCopy aria-hidden className="size-4" />
            {t('repair.copy')}
          </Button>
        )}
      </p>
      {look.error && toWords(look.error).code !== 'cancelled' && (
        <Problem alert className="mt-3" words={toWords(look.error)} />
      )}
      {found && (
        <>
          <p role="status" className="mt-4 font-semibold">
            {found.healthy ? t('checkup.healthy') : t('checkup.attention', { count: found.attention })}
          </p>
          {open.length > 0 && (
            <Rows className="mt-2.5">
              {open.map((c) => (
                <Row key={`${c.area} ${c.id} ${c.code} ${c.file} ${c.where}`} check={c} />
              ))}
            </Rows>
          )}
          <Details className="mt-3" label={t('checkup.fine', { count: fine.length })}>
            <ul className="text-second">
              {fine.map((c) => (
                <li key={`${c.area} ${c.id} ${c.title}`} className="py-0.5">
                  {c.title}
                </li>
              ))}
            </ul>
          </Details>
        </>
      )}
    </>
  )
}

const tones: Record<DoctorCheck['state'], StatusTone> = {
  ok: 'ok',
  advice: 'old',
  attention: 'bad',
  unknown: 'untested',
}

function Row({ check: c }: { check: DoctorCheck }) {
  const { t } = useTranslation()
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3.5 py-2.75">
      <div className="min-w-0 grow basis-80">
        <h3 className="font-semibold text-body leading-5 [overflow-wrap:anywhere]">
          {c.name && !c.title.includes(c.name) ? `${c.name}: ${c.title}` : c.title}
        </h3>
        {c.detail && <p className="mt-0.5 text-ink-2 text-second">{c.detail}</p>}
        {c.file && <p className="meta mt-0.5 [overflow-wrap:anywhere]">{shortPath(c.file)}</p>}
      </div>
      <Status tone={tones[c.state]}>{t(`checkup.state.${c.state}`)}</Status>
      <WayOut check={c} />
    </li>
  )
}

/** The one place where it is mended. */
function WayOut({ check: c }: { check: DoctorCheck }) {
  const { t } = useTranslation()
  const look = buttonClass('plain', 'sm')
  const about = <span className="sr-only">{c.title}</span>
  switch (c.area) {
    case 'apps':
      return (
        <Link to="/apps" search={{ app: c.id || undefined }} className={look}>
          {c.command.startsWith('toolbay repair') ? t('repair.repair') : t('show-apps', { ns: 'actions' })} {about}
        </Link>
      )
    case 'changes':
      return (
        <Link to="/apps" search={{ app: c.id || undefined }} className={look}>
          {t('show-apps', { ns: 'actions' })} {about}
        </Link>
      )
    case 'keys':
      return (
        <Link to="/keys" className={look}>
          {t('open-keys', { ns: 'actions' })} {about}
        </Link>
      )
    case 'sources':
      return (
        <Link to="/settings" search={{ part: 'sources' }} className={look}>
          {t('settings.sources')} {about}
        </Link>
      )
    default:
      return (
        <Link to="/installed" className={look}>
          {t('show-installed', { ns: 'actions' })} {about}
        </Link>
      )
  }
}
