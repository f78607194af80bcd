import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobView, Words } from '@/backend'
import { useBackendEvents, useFailure, useFirstRun, useJobs } from '@/backend/queries'
import { DiscoverStateProvider } from '@/features/discover/discover-state'
import { FirstRunScreen } from '@/features/first-run/first-run'
import { drafts } from '@/features/install/drafts'
import { InstallSheetProvider } from '@/features/install/install-context'
import { useStageWord } from '@/features/install/progress'
import { PasteProvider } from '@/features/paste/paste-context'
import { ProjectsProvider } from '@/features/projects/projects-context'
import { useWords } from '@/ui/problem'
import { useToast } from '@/ui/toast'
import { ErrorPage } from './error-page'
import { Sidebar } from './sidebar'
import { Theme } from './theme'

/** The frame around every screen; when the Go side could not open, its words instead. */
export function Shell() {
  const failure = useFailure()
  if (failure.isPending) return <Waiting />
  if (failure.data) return <Failed words={failure.data} />
  return <Frame />
}

function Waiting() {
  return (
    <main aria-busy>
      <h1 className="sr-only">Toolbay</h1>
    </main>
  )
}

function Failed({ words }: { words: Words }) {
  const { message, hint } = useWords(words)
  return <ErrorPage title={message} text={hint} detail={words.detail} />
}

function Frame() {
  const { t } = useTranslation()
  const firstRun = useFirstRun()
  const navigate = useNavigate()
  const say = useToast()
  const onEnd = useCallback(
    (job: JobView) => {
      if (job.kind === 'update' && job.state === 'done') say(t('jobs.updated', { title: job.title }))
      if (job.kind !== 'install') return
      const open = document.querySelector('[role=dialog]') !== null
      const show = {
        label: t('jobs.show'),
        act: () => void navigate({ to: job.state === 'done' ? '/installed' : '/activity' }),
      }
      if (job.state === 'done') {
        drafts.delete(job.subject)
        if (!open) say(t('jobs.done', { title: job.title }), show)
      }
      if (job.state === 'failed' && !open) say(t('jobs.failed', { title: job.title }), show)
    },
    [t, say, navigate],
  )
  useBackendEvents(onEnd)
  useFocusOnNavigation()
  useSearchShortcut()
  if (firstRun.isPending) return <Waiting />
  if (firstRun.data?.needed) {
    return (
      <>
        <Theme />
        <FirstRunScreen found={firstRun.data} />
      </>
    )
  }
  return (
    <DiscoverStateProvider>
      <InstallSheetProvider>
        <ProjectsProvider>
          <PasteProvider>
            <Theme />
            <div className="grid h-full grid-cols-[13.25rem_minmax(0,1fr)] narrow:grid-cols-[4rem_minmax(0,1fr)]">
              <Sidebar />
              <main
                id="main"
                tabIndex={-1}
                className="relative my-2 mr-2 flex min-h-0 min-w-0 flex-col overflow-hidden rounded-bay border border-line bg-panel outline-none"
              >
                <Outlet />
              </main>
            </div>
            <JobAnnouncer />
          </PasteProvider>
        </ProjectsProvider>
      </InstallSheetProvider>
    </DiscoverStateProvider>
  )
}

/** A new screen starts at its top for keyboard and reader too, not where the last one was left. */
function useFocusOnNavigation(): void {
  const path = useRouterState({ select: (s) => s.location.pathname })
  const last = useRef(path)
  useEffect(() => {
    if (last.current === path) return
    last.current = path
    document.getElementById('main')?.focus({ preventScroll: true })
  }, [path])
}

/** Ctrl K leads to Discover from everywhere; there the search field takes over. */
function useSearchShortcut(): void {
  const navigate = useNavigate()
  const path = useRouterState({ select: (s) => s.location.pathname })
  useEffect(() => {
    if (path === '/') return
    const jump = (e: KeyboardEvent) => {
      if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== 'k') return
      e.preventDefault()
      void navigate({ to: '/' }).then(() =>
        requestAnimationFrame(() => document.querySelector<HTMLElement>('input[type=search]')?.focus()),
      )
    }
    window.addEventListener('keydown', jump)
    return () => window.removeEventListener('keydown', jump)
  }, [path, navigate])
}

/** The one polite live region: each new stage of what is under way, and how it ended. */
function JobAnnouncer() {
  const { t } = useTranslation()
  const stageWord = useStageWord()
  const { data } = useJobs()
  const [said, setSaid] = useState('')
  const spoken = (job: JobView): string => {
    const { title, kind, state } = job
    if (state === 'running') return t('jobs.say', { title, stage: stageWord(job) })
    if (state === 'cancelled') return t('jobs.cancelled', { title })
    if (kind === 'sync') return state === 'done' ? t('jobs.synced') : t('jobs.sync-failed')
    if (state === 'failed') return t('jobs.failed', { title })
    return kind === 'install' ? t('jobs.done', { title }) : t('jobs.ended', { title })
  }
  const newest = data?.[0]
  const line = newest ? spoken(newest) : ''
  const first = useRef(true)
  useEffect(() => {
    // What had ended before the window was opened is not news.
    if (first.current && newest?.state !== 'running') {
      first.current = newest === undefined && first.current
      return
    }
    first.current = false
    setSaid(line)
  }, [line, newest])
  return (
    <p aria-live="polite" className="sr-only" data-testid="job-announcer">
      {said}
    </p>
  )
}
