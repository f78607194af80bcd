import { render, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { BackendProvider } from '@/backend'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'
import { ErrorBoundary, NoWindow } from './error-page'

describe('the frame', () => {
  it('leads to every place with the keyboard alone', async () => {
    const { user } = open('/', { listings: makeListings(0) })
    const nav = within(await screen.findByRole('navigation', { name: 'Main' }))
    for (const name of ['Installed', 'Apps', 'Activity', 'Keys', 'Settings']) {
      nav.getByRole('link', { name: new RegExp(`^${name}`) }).focus()
      await user.keyboard('{Enter}')
      expect(await screen.findByRole('heading', { name, level: 1 })).toBeVisible()
      await waitFor(() => expect(screen.getByRole('main')).toHaveFocus())
    }
  })

  it('counts what needs the user, with a noun', async () => {
    open('/', { listings: makeListings(0) })
    expect(await screen.findByRole('link', { name: 'Installed 2 problems' })).toBeVisible()
    expect(await screen.findByRole('link', { name: 'Apps 1 problem' })).toBeVisible()
  })

  it('says when work in the background has ended, and leads to it', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    const { user } = open('/activity', fake)
    await screen.findByRole('heading', { name: 'Activity' })
    const job = {
      id: 'j',
      kind: 'install',
      title: 'Figma',
      subject: 'x',
      state: 'running',
      progress: { stage: 'hello', done: 0, total: 0, unit: '' },
      started: new Date().toISOString(),
    } as const
    fake.sendJob(job)
    await waitFor(() => expect(screen.getByTestId('job-announcer')).toHaveTextContent('Figma: Saying hello'))
    fake.sendJob({ ...job, state: 'done' })
    await user.click(await screen.findByRole('button', { name: 'Show' }))
    expect(await screen.findByRole('heading', { name: 'Installed' })).toBeVisible()
  })

  it('does not announce what had ended before the window was opened', async () => {
    const failed = {
      id: 'j',
      kind: 'install',
      title: 'Old',
      subject: 'x',
      state: 'failed',
      progress: { stage: '', done: 0, total: 0, unit: '' },
      started: new Date().toISOString(),
      error: someWords(),
    } as const
    open('/activity', { listings: makeListings(0), jobs: [failed] })
    expect(await screen.findByText('Old did not work.')).toBeVisible()
    expect(screen.getByTestId('job-announcer')).toBeEmptyDOMElement()
  })
})

describe('axe finds nothing', () => {
  it.each([
    '/',
    '/listing/io.github.notion-labs%2Fnotion',
    '/installed',
    '/profiles',
    '/apps',
    '/activity',
    '/keys',
    '/settings',
  ])('on %s', async (path) => {
    const { fake, container } = open(path, { listings: makeListings(0) })
    await screen.findByRole('heading', { level: 1 })
    await waitFor(() => expect(callsOf(fake, 'settings').length + callsOf(fake, 'listing').length).toBeGreaterThan(0))
    // jsdom has no layout: contrast and targets are looked at by tools/shots.mjs.
    const { violations } = await axe.run(container, {
      rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: false }, region: { enabled: false } },
    })
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([])
  })
})

describe('when the window cannot go on', () => {
  it('shows the words of the Go side when it could not open', async () => {
    const failure = someWords({
      message: 'Toolbay’s notes are newer than this Toolbay.',
      hint: 'Install the new one.',
      detail: 'schema 9',
    })
    open('/', { listings: [], failure })
    expect(await screen.findByRole('heading', { name: failure.message })).toBeVisible()
    expect(screen.getByText('Install the new one.')).toBeVisible()
    expect(screen.queryByText('schema 9')).toBeNull()
    expect(screen.queryByRole('navigation')).toBeNull()
  })

  it('leads to where a failure is mended', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('servers', someWords({ message: 'The keychain is locked.', action: 'open-keys' }))
    const { user } = open('/installed', fake)
    await user.click(await screen.findByRole('link', { name: 'Open Keys' }))
    expect(await screen.findByRole('heading', { name: 'Keys', level: 1 })).toBeVisible()
  })

  it('says what a page without the Go side is', () => {
    render(<NoWindow />)
    expect(screen.getByRole('heading', { name: 'This page belongs to the Toolbay window.' })).toBeVisible()
  })

  it('shows words and keeps the cause behind details', async () => {
    const Broken = () => {
      throw new Error('boom at line 3')
    }
    // React reports a caught error on the console; that report is expected here.
    const { vi } = await import('vitest')
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { container } = render(
      <ErrorBoundary>
        <BackendProvider backend={makeFake({ listings: [] })}>
          <Broken />
        </BackendProvider>
      </ErrorBoundary>,
    )
    expect(screen.getByRole('heading', { name: 'The window had a problem.' })).toBeVisible()
    expect(container).not.toHaveTextContent('boom at line 3')
  })
})
