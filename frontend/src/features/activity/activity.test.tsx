import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { JobView } from '@/backend'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'

const running: JobView = {
  id: 'j1',
  kind: 'install',
  title: 'Figma',
  subject: 'figma',
  state: 'running',
  progress: { stage: 'download', done: 18e6, total: 29e6, unit: 'bytes' },
  started: new Date().toISOString(),
}

describe('Activity', () => {
  it('groups by day, newest first', async () => {
    open('/activity')
    const today = within(await screen.findByRole('region', { name: /^Today, / }))
    expect(today.getAllByRole('listitem')[0]).toHaveTextContent('Memory added to Claude Code')
    expect(within(screen.getByRole('region', { name: 'Yesterday' })).getAllByRole('listitem').length).toBeGreaterThan(0)
  })

  it('shows what is running on top with real counts, and stops it', async () => {
    const { user, fake } = open('/activity', { jobs: [running] })
    const now = within(await screen.findByRole('region', { name: 'Now' }))
    expect(now.getByText('Downloading, 18 MB of 29 MB')).toBeVisible()
    expect(now.getByRole('progressbar', { name: 'Installing Figma' })).toBeVisible()
    await user.click(now.getByRole('button', { name: 'Cancel Figma' }))
    expect(callsOf(fake, 'cancelJob')).toEqual([['j1']])
  })

  it('shows several at once, each with its steps behind a disclosure', async () => {
    const other: JobView = { ...running, id: 'j2', title: 'Sentry', subject: 'sentry' }
    const { user, fake } = open('/activity', { jobs: [running, other] })
    const now = within(await screen.findByRole('region', { name: 'Now' }))
    expect(now.getAllByRole('progressbar')).toHaveLength(2)
    fake.sendJob({ ...running, progress: { stage: 'prepare', done: 0, total: 0, unit: '' } })
    await user.click((await now.findAllByRole('button', { name: 'Show details' }))[0] as HTMLElement)
    expect(now.getByRole('group', { name: 'Steps' })).toHaveTextContent('Prepare')
  })

  it('shows what programs print while they run, and keeps it with what failed', async () => {
    const { user, fake } = open('/activity', { jobs: [running], output: { [running.id]: ['npm http fetch GET 200'] } })
    const now = within(await screen.findByRole('region', { name: 'Now' }))
    await user.click(now.getByRole('button', { name: 'Show details' }))
    const log = await now.findByRole('group', { name: 'Technical details' })
    expect(log).toHaveTextContent('npm http fetch GET 200')
    fake.state.output = { [running.id]: ['npm http fetch GET 200', 'npm error code ENOSPC'] }
    await waitFor(() => expect(log).toHaveTextContent('npm error code ENOSPC'))
    fake.sendJob({ ...running, state: 'failed', error: someWords({ detail: '' }) })
    await user.click(await now.findByRole('button', { name: 'Show details' }))
    expect(now.getByText(/npm error code ENOSPC/)).toBeVisible()
  })

  it('keeps what failed to be read, with its cause behind details', async () => {
    open('/activity', { jobs: [{ ...running, state: 'failed', error: someWords() }] })
    const now = within(await screen.findByRole('region', { name: 'Now' }))
    expect(now.getByText('Figma did not work.')).toBeVisible()
    expect(now.getByText('Check the internet connection, then try again.')).toBeVisible()
  })

  it('shows a change in place and undoes it', async () => {
    const { user, fake } = open('/activity')
    await user.click(await screen.findByRole('button', { name: 'Show change Memory added to Claude Code' }))
    expect(await screen.findByRole('figure')).toBeVisible()
    expect(screen.getByText('Undo puts back exactly what was there.')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Undo: Memory added to Claude Code' }))
    expect(callsOf(fake, 'undo')).toEqual([['c5', '']])
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Undo: Memory added to Claude Code' })).toBeNull())
  })

  it('says why a change cannot be undone', async () => {
    const { user } = open('/activity')
    await user.click(await screen.findByRole('button', { name: 'Show change Slack taken out of VS Code' }))
    expect(await screen.findByRole('figure')).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Undo: Slack taken out of VS Code' })).toBeNull()
    expect(screen.queryByText('Undo puts back exactly what was there.')).toBeNull()
  })

  it('shows words when undo is refused', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('undo', someWords({ code: 'file_drifted', message: 'The file was changed since.' }))
    const { user } = open('/activity', fake)
    await user.click(await screen.findByRole('button', { name: 'Undo: Memory added to Claude Code' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('The file was changed since.')
  })

  it.each([['empty', [], 'Nothing has happened yet']] as const)('is calm when %s', async (_, history, text) => {
    open('/activity', { history: [...history] })
    expect(await screen.findByText(text)).toBeVisible()
  })

  it('shows words when it cannot be read', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('history', someWords({ message: 'No luck.' }))
    open('/activity', fake)
    expect(await screen.findByRole('alert')).toHaveTextContent('No luck.')
  })
})
