import {
  ArrowRight,
  Eye,
  KeyRound,
  Layers,
  Lock,
  type LucideIcon,
  Monitor,
  Plus,
  ShieldCheck,
  Undo2,
} from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AppView, type FirstRun, type FoundServer, toWords } from '@/backend'
import { useAdoptables, useFinishFirstRun } from '@/backend/queries'
import { AdoptSheet } from '@/features/adopt/adopt-sheet'
import { appHealth } from '@/features/apps/health'
import { AppGlyph } from '@/ui/app-glyph'
import { Bay } from '@/ui/bay'
import { Button } from '@/ui/button'
import { Card, Rows } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { Mark } from '@/ui/mark'
import { Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { Status } from '@/ui/status'
import { Tile } from '@/ui/tile'

/** The first start: what is already here, that nothing was changed, and one button. */
export function FirstRunScreen({ found }: { found: FirstRun }) {
  const { t } = useTranslation()
  const finish = useFinishFirstRun()
  const adoptables = useAdoptables()
  const [adopting, setAdopting] = useState(false)
  const usable = (adoptables.data ?? []).filter((a) => !a.problem)
  const apps = found.apps.filter((a) => a.found)
  const keys = found.servers.filter((s) => s.readable_key).length
  const broken = apps.filter((a) => appHealth(a) === 'bad')
  const entries = found.servers.reduce((n, s) => n + s.entries, 0)
  const promises: [LucideIcon, string][] = [
    [Eye, t('first.see')],
    [Undo2, t('first.undo')],
    [Lock, t('first.keys')],
    [Monitor, t('first.local')],
  ]
  return (
    <div className="grid h-full grid-cols-[26.25rem_minmax(0,1fr)] narrow:grid-cols-[17rem_minmax(0,1fr)] tight:block tight:overflow-y-auto">
      <header className="flex min-h-0 flex-col overflow-y-auto py-9 pr-10 pl-11 narrow:p-6">
        <div className="display flex items-center gap-2.25 text-ask tracking-[-0.012em]">
          <Mark size={30} />
          <span aria-hidden>Toolbay</span>
        </div>
        <div className="my-auto pt-6">
          <h1 className="display text-balance text-welcome tracking-[-0.024em] narrow:text-done">
            {found.servers.length > 0 ? t('first.title') : t('first.title-none')}
          </h1>
          <p className="mt-3 text-ink-2 text-lead">{t('first.lead')}</p>
          <ul className="mt-6.5 flex flex-col gap-3">
            {promises.map(([Icon, text]) => (
              <li key={text} className="flex items-center gap-3 text-ink-2">
                <span
                  aria-hidden
                  className="grid size-6 shrink-0 place-items-center rounded-[0.41rem] border border-line bg-card text-ink"
                >
                  <Icon className="size-3.25" />
                </span>
                {text}
              </li>
            ))}
          </ul>
        </div>
      </header>
      <main className="my-2 mr-2 flex min-h-0 flex-col overflow-hidden rounded-bay border border-line bg-panel tight:ml-2">
        <div
          // biome-ignore lint/a11y/noNoninteractiveTabindex: nothing in it takes the focus, so the keyboard scrolls it here
          tabIndex={0}
          role="group"
          aria-label={t('first.apps-remark')}
          className="min-h-0 grow overflow-y-auto px-8.5 pt-7.5 pb-4 narrow:px-5.5 narrow:pt-5.5 focus-visible:-outline-offset-2"
        >
          <SectionHead
            title={t('first.apps', { count: apps.length })}
            remark={apps.length > 0 ? t('first.apps-remark') : undefined}
            className="mb-2.5"
          />
          {apps.length === 0 ? (
            <Card>
              <Empty title={t('first.no-apps')}>{t('first.no-apps-text')}</Empty>
            </Card>
          ) : (
            <ul className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line tight:grid-cols-1">
              {apps.map((a) => (
                <AppCell key={a.id} app={a} />
              ))}
              {apps.length % 2 === 1 && <li aria-hidden className="bg-card tight:hidden" />}
            </ul>
          )}
          {found.servers.length > 0 && (
            <>
              <SectionHead
                title={t('first.servers', { count: found.servers.length })}
                remark={t('first.entries', { count: entries })}
                className="mt-6 mb-2.5"
              />
              <Rows>
                {found.servers.map((s) => (
                  <FoundRow key={s.name} server={s} apps={apps} />
                ))}
              </Rows>
            </>
          )}
          <SectionHead title={t('first.if')} className="mt-6 mb-2.5" />
          <Card className="grid grid-cols-[repeat(auto-fit,minmax(12rem,1fr))] gap-5 px-4 py-3.5">
            <Then icon={Layers} title={t('first.then-stay')} text={t('first.then-stay-text')} />
            {keys > 0 && (
              <Then icon={KeyRound} title={t('first.then-keys', { count: keys })} text={t('first.then-keys-text')} />
            )}
            {broken.length > 0 && (
              <Then
                icon={ShieldCheck}
                title={t('first.then-broken', { count: broken.length })}
                text={t('first.then-broken-text')}
              />
            )}
            {(keys === 0 || broken.length === 0) && (
              <Then icon={Plus} title={t('first.then-pick')} text={t('first.then-pick-text')} />
            )}
          </Card>
          {finish.error && <Problem alert className="mt-4" words={toWords(finish.error)} />}
        </div>
        <footer className="flex shrink-0 flex-wrap items-center justify-end gap-3 px-8.5 pt-3 pb-6.5 narrow:px-5.5 narrow:pb-4.5">
          <p className="meta flex grow basis-60 items-center gap-2">
            <ShieldCheck aria-hidden className="size-3.5 shrink-0" />
            {t('first.foot')}
          </p>
          <Button
            tone={usable.length > 0 ? 'quiet' : 'filled'}
            size="lg"
            onClick={() => finish.mutate(undefined)}
            aria-disabled={finish.isPending || undefined}
          >
            {t('first.go')}
            {usable.length === 0 && <ArrowRight aria-hidden className="size-4" />}
          </Button>
          {usable.length > 0 && (
            <Button tone="filled" size="lg" onClick={() => setAdopting(true)}>
              {t('adopt.open')}
              <ArrowRight aria-hidden className="size-4" />
            </Button>
          )}
        </footer>
      </main>
      {adopting && (
        <AdoptSheet
          onClose={(began) => {
            setAdopting(false)
            if (began) finish.mutate(undefined)
          }}
        />
      )}
    </div>
  )
}

function AppCell({ app }: { app: AppView }) {
  const { t } = useTranslation()
  const bad = appHealth(app) === 'bad'
  return (
    <li className="flex items-center gap-3 bg-card px-3.5 py-2.75">
      <AppGlyph app={app.id} />
      <div className="min-w-0 grow">
        <p className="truncate font-semibold">{app.name}</p>
        <p className="meta num">{bad ? t('first.left-alone') : t('apps.servers', { count: app.servers.length })}</p>
      </div>
      <Status tone={bad ? 'bad' : 'ok'}>{bad ? t('first.broken') : t('apps.fine')}</Status>
    </li>
  )
}

function FoundRow({ server, apps }: { server: FoundServer; apps: AppView[] }) {
  const { t } = useTranslation()
  return (
    <li className="flex min-h-13 flex-wrap items-center gap-3 px-3.5 py-2">
      <Tile name={server.name} category="" size={32} />
      <div className="min-w-0 grow basis-30">
        <p className="truncate font-semibold leading-4.5">{server.name}</p>
        {server.detail && <p className="meta truncate">{server.detail}</p>}
      </div>
      {server.readable_key && (
        <Status tone="key" pill>
          {t('first.readable')}
        </Status>
      )}
      <Bay apps={apps} on={server.apps} />
    </li>
  )
}

function Then({ icon: Icon, title, text }: { icon: LucideIcon; title: string; text: string }) {
  return (
    <div>
      <p className="flex items-center gap-2 font-[550] text-ui">
        <Icon aria-hidden className="size-4 shrink-0 text-accent-text" />
        {title}
      </p>
      <p className="meta mt-0.75">{text}</p>
    </div>
  )
}
