import { screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import type { NoticeView } from '@/backend/types'
import { callsOf, open } from '@/test/render'

const gone: NoticeView = {
  id: 'n1',
  code: 'vanished',
  app: 'claude-desktop',
  app_name: 'Claude Desktop',
  name: 'files',
  server: 'files',
  names: ['files'],
  servers: ['files'],
  file: '/home/maria/.config/Claude/claude_desktop_config.json',
  seen: '2026-01-01T12:00:00Z',
  title: '“files” is gone from Claude Desktop',
  text: 'It was taken out of Claude Desktop’s file outside Toolbay.',
  action: 'put-back',
  close: false,
}

function withNotices(...notices: NoticeView[]) {
  return makeFake({ listings: makeListings(0), notices })
}

describe('Notices', () => {
  it.each(['/apps', '/installed', '/activity'])(
    'stand on %s with one main button, and axe finds nothing',
    async (path) => {
      const { container } = open(path, withNotices(gone))
      const section = within(await screen.findByRole('region', { name: 'Changed outside Toolbay' }))
      expect(section.getByText(gone.title)).toBeVisible()
      expect(section.getAllByRole('button').map((b) => b.textContent)).toEqual(['Keep as it is', 'Put back'])
      const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } })
      expect(violations.map((v) => v.id)).toEqual([])
    },
  )

  it('come while the window is open, and are told to screen readers', async () => {
    const { fake } = open('/apps', withNotices())
    await screen.findByRole('heading', { name: 'Apps' })
    await waitFor(() => expect(callsOf(fake, 'notices').length).toBeGreaterThan(0))
    expect(screen.queryByText(gone.title)).toBeNull()
    fake.state.notices = [gone]
    fake.changed('notices')
    const said = await screen.findByText(gone.title)
    expect(said.closest('[aria-live]')).toHaveAttribute('aria-live', 'polite')
  })

  it('are put back with the keyboard, and that can be undone', async () => {
    const { user, fake } = open('/installed', withNotices(gone))
    ;(await screen.findByRole('button', { name: `Put back: ${gone.title}` })).focus()
    await user.keyboard('{Enter}')
    await waitFor(() => expect(callsOf(fake, 'putBack')).toEqual([[['n1'], '']]))
    await waitFor(() => expect(screen.queryByText(gone.title)).toBeNull())
    await user.click(await screen.findByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(callsOf(fake, 'undo')).toHaveLength(1))
  })

  it('close the app first where it would lose what is put back', async () => {
    const fake = withNotices({ ...gone, close: true })
    fake.state.running = ['claude-desktop']
    const { user } = open('/apps', fake)
    await user.click(await screen.findByRole('button', { name: 'Close Claude Desktop and put back' }))
    await waitFor(() => expect(callsOf(fake, 'putBack')).toEqual([[['n1'], 'close']]))
    expect(screen.queryByRole('dialog', { name: /is running/ })).toBeNull()
  })

  it('can be kept as they are', async () => {
    const { user, fake } = open('/apps', withNotices(gone))
    await user.click(await screen.findByRole('button', { name: `Keep as it is: ${gone.title}` }))
    await waitFor(() => expect(callsOf(fake, 'keepNotice')).toEqual([['n1']]))
    expect(await screen.findByText('Kept as it is.')).toBeVisible()
  })

  it('say in place why nothing was put back', async () => {
    const fake = withNotices(gone)
    fake.fail('putBack', someWords({ message: 'Something takes it out again.' }))
    const { user } = open('/apps', fake)
    await user.click(await screen.findByRole('button', { name: /^Put back/ }))
    expect(await screen.findByRole('alert')).toHaveTextContent('Something takes it out again.')
  })

  it('lead to Apps where a file cannot be read', async () => {
    const { user } = open(
      '/installed',
      withNotices({ ...gone, action: 'repair', title: 'Cursor cannot read its file' }),
    )
    await user.click(await screen.findByRole('link', { name: 'Repair Claude Desktop’s file' }))
    expect(await screen.findByRole('heading', { name: 'Apps', level: 1 })).toBeVisible()
    expect(screen.queryByRole('link', { name: 'Repair Claude Desktop’s file' })).toBeNull()
  })
})

const skipped: NoticeView = {
  ...gone,
  id: 'app-cursor',
  code: 'app_skipped',
  app: 'cursor',
  app_name: 'Cursor',
  name: '',
  server: '',
  names: [],
  servers: [],
  title: 'Cursor still has the servers it had',
  text: 'It was left out of a switch to Work.',
  action: 'try-again',
}
const held: NoticeView = {
  ...gone,
  id: 'copies-files',
  code: 'copies_hold_key',
  name: 'Files',
  title: 'Earlier copies hold a key of Files',
  action: 'delete-copies',
}

describe('What is left to do', () => {
  it('stands apart from what others changed, each with one button', async () => {
    const { container } = open('/apps', withNotices(gone, skipped, held))
    const left = within(await screen.findByRole('region', { name: 'Left to do' }))
    expect(left.queryByText(gone.title)).toBeNull()
    expect(left.getAllByRole('button').map((b) => b.textContent)).toEqual([
      'Keep as it is',
      'Bring up to date',
      'Keep as it is',
      'Delete the copies Files',
    ])
    const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } })
    expect(violations.map((v) => v.id)).toEqual([])
  })

  it('is done with its button', async () => {
    const { user, fake } = open('/apps', withNotices(skipped))
    await user.click(await screen.findByRole('button', { name: `Bring up to date: ${skipped.title}` }))
    await waitFor(() => expect(callsOf(fake, 'putBack')).toEqual([[['app-cursor'], '']]))
    expect(await screen.findByText('Up to date.')).toBeVisible()
  })

  it('deletes copies after a yes only', async () => {
    const { user, fake } = open('/apps', withNotices(held))
    await user.click(await screen.findByRole('button', { name: 'Delete the copies Files' }))
    expect(callsOf(fake, 'deleteCopies')).toEqual([])
    const ask = within(await screen.findByRole('alertdialog', { name: 'Delete older copies with a key of Files?' }))
    await user.click(ask.getByRole('button', { name: 'Delete the copies' }))
    await waitFor(() => expect(callsOf(fake, 'deleteCopies')).toEqual([['files']]))
  })
})

describe('An app that runs', () => {
  async function takeOut(running = ['vscode']) {
    const fake = withNotices()
    fake.state.running = running
    const { user } = open('/apps', fake)
    await user.click(await screen.findByRole('button', { name: /^VS Code/ }))
    await user.click(screen.getByRole('button', { name: 'Take files out of VS Code' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Take out' }))
    return { user, fake, ask: within(await screen.findByRole('dialog', { name: 'VS Code is running' })) }
  }

  it.each([
    ['Close it', 'close'],
    ['Write anyway', 'write'],
  ])('is asked about before its file is written: %s', async (button, how) => {
    const { user, fake, ask } = await takeOut()
    expect(ask.getByText('VS Code is running and writes this file from memory.')).toBeVisible()
    const { violations } = await axe.run(document.body, {
      rules: {
        'color-contrast': { enabled: false },
        'aria-hidden-focus': { enabled: false },
        region: { enabled: false },
      },
    })
    expect(violations.map((v) => v.id)).toEqual([])
    await user.click(ask.getByRole('button', { name: button }))
    await waitFor(() => expect(callsOf(fake, 'disconnect').at(-1)).toEqual(['vscode', ['files'], how]))
    expect(await screen.findByText('1 server taken out of VS Code.')).toBeVisible()
  })

  it('is left alone with Escape, and nothing is said to have failed', async () => {
    const { user, fake } = await takeOut()
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'VS Code is running' })).toBeNull())
    expect(callsOf(fake, 'disconnect')).toEqual([['vscode', ['files'], '']])
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('that does not close is told of where the change was asked for', async () => {
    const { user, fake, ask } = await takeOut()
    fake.fail('disconnect', someWords({ message: 'VS Code did not close.' }))
    await user.click(ask.getByRole('button', { name: 'Close it' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('VS Code did not close.')
  })
})
