import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings, makeServers } from '@/backend/fake-data'
import { callsOf, fill, open } from '@/test/render'

const group = async (name: string) => within(await screen.findByRole('region', { name }))

describe('Installed', () => {
  it('puts what needs the user on top, each state in words', async () => {
    open('/installed', { updates: [] })
    const top = await group('Needs you')
    expect(top.getByText('Problem')).toBeVisible()
    expect(top.getByText('Needs a key')).toBeVisible()
    const rest = await group('Everything else')
    expect(rest.getAllByText('Working')).toHaveLength(4)
    expect(rest.getByText('Not tested yet')).toBeVisible()
  })

  it('shows which apps have a server, in the fixed order of apps', async () => {
    open('/installed')
    const rest = await group('Everything else')
    expect(await rest.findAllByRole('img', { name: 'in Claude Desktop and VS Code' })).toHaveLength(1)
    expect(rest.getByRole('img', { name: 'in no app' })).toBeVisible()
  })

  it('opens a problem in place; the cause and the log stay behind details', async () => {
    const { user } = open('/installed')
    const top = await group('Needs you')
    expect(top.getByText('Postgres stopped right after it started.')).toBeVisible()
    expect(top.queryByText(/password authentication failed/)).toBeNull()
    await user.click(top.getByRole('button', { name: 'Show details' }))
    expect(top.getByText(/password authentication failed/)).toBeVisible()
  })

  it('replaces the key where the problem is, then tests', async () => {
    const { user, fake } = open('/installed')
    const top = await group('Needs you')
    await user.click(top.getByRole('button', { name: 'Replace key' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Key for Postgres' }))
    await user.click(dialog.getByRole('button', { name: 'Keep key' }))
    expect(dialog.getByText('Please fill this in.')).toBeVisible()
    await fill(user, dialog.getByLabelText('Database address'), ' postgres://new ')
    await user.click(dialog.getByRole('button', { name: 'Keep key' }))
    await waitFor(() => expect(callsOf(fake, 'testServer')).toEqual([['postgres']]))
    expect(callsOf(fake, 'replaceKey')).toEqual([['postgres', '', 'DATABASE_URI', 'postgres://new']])
  })

  it('removes at once and brings back with Undo', async () => {
    const { user, fake } = open('/installed')
    await user.click(await screen.findByRole('button', { name: 'More for Files' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Remove' }))
    expect(
      await screen.findByText('Files is removed from 2 apps. 800 kB came free. 4.2 MB come free in 30 days.'),
    ).toBeVisible()
    await waitFor(() => expect(screen.queryByRole('button', { name: 'More for Files' })).toBeNull())
    await user.click(screen.getByRole('button', { name: 'Undo' }))
    expect(await screen.findByRole('button', { name: 'More for Files' })).toBeVisible()
    expect(callsOf(fake, 'undo')).toHaveLength(1)
  })

  it.each([
    ['keeps keys unless told otherwise', false],
    ['forgets keys when told to', true],
  ])('asks about keys before a removal: %s', async (_, forget) => {
    const { user, fake } = open('/installed')
    await user.click(await screen.findByRole('button', { name: 'More for GitHub' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Remove' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Remove GitHub?' }))
    expect(dialog.getByText('You can undo that for 30 days. Its key waits as long.')).toBeVisible()
    const box = dialog.getByRole('checkbox', { name: 'Forget its key now' })
    expect(box).not.toBeChecked()
    if (forget) await user.click(box)
    expect(callsOf(fake, 'removeServers')).toEqual([])
    await user.click(dialog.getByRole('button', { name: 'Remove' }))
    expect(callsOf(fake, 'removeServers')).toEqual([[['github'], forget, '']])
    const said = await screen.findByText(/^GitHub is removed/)
    expect(said.textContent?.includes('Its keys are forgotten.')).toBe(forget)
    expect(screen.getByRole('button', { name: 'Undo' })).toBeVisible()
  })

  it('leaves everything when the removal is thought better of', async () => {
    const { user, fake } = open('/installed')
    await user.click(await screen.findByRole('button', { name: 'More for GitHub' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Remove' }))
    await user.click(await screen.findByRole('button', { name: 'Keep it' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(callsOf(fake, 'removeServers')).toEqual([])
  })

  it('compares the files of one server; what could not be looked at is no fault', async () => {
    const { user, fake } = open('/installed', {
      findings: { memory: [{ code: 'image_unknown', path: '', text: 'nobody answers' }] },
    })
    await user.click(await screen.findByRole('button', { name: 'More for Memory' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Check files' }))
    const panel = within(await screen.findByRole('dialog', { name: 'Check the files of Memory' }))
    expect(await panel.findByText('Not everything could be looked at')).toBeVisible()
    expect(callsOf(fake, 'verifyServers')).toEqual([[['memory']]])
    expect(panel.queryByRole('button', { name: /again/ })).toBeNull()
  })

  it('says when files could not be compared', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('verifyServers', someWords({ message: 'The disk does not answer.' }))
    const { user } = open('/installed', fake)
    await user.click(await screen.findByRole('button', { name: 'More for Memory' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Check files' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('The disk does not answer.')
  })

  it('says when a removal did not work and keeps the row', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('removeServers', someWords({ message: 'Cursor is writing its file just now.' }))
    const { user } = open('/installed', fake)
    await user.click(await screen.findByRole('button', { name: 'More for Files' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Remove' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('Cursor is writing its file just now.')
    expect(screen.getByRole('button', { name: 'More for Files' })).toBeVisible()
  })

  it.each([
    ['listing_deleted', { name: '' }, 'Remove'],
    ['listing_deprecated', { name: '' }, 'Show in Discover'],
    ['listing_renamed', { name: 'io.github.github/github' }, 'Show the new one'],
  ])('puts a server on top whose list says %s, and offers a way on', async (code, args, step) => {
    const servers = makeServers().map((s) =>
      s.id === 'files' ? { ...s, alert: someWords({ code, args, message: 'Its list changed its mind.' }) } : s,
    )
    const { user, fake } = open('/installed', { servers })
    const top = await group('Needs you')
    expect(top.getByText('Its list changed its mind.')).toBeVisible()
    const row = within(top.getByRole('button', { name: 'Files' }).closest('li') ?? document.body)
    // It goes on working all the same.
    expect(row.getByText('Working')).toBeVisible()
    await user.click(row.getByText(step))
    if (code === 'listing_deleted') expect(callsOf(fake, 'removeServers')).toEqual([[['files'], false, '']])
    else await waitFor(() => expect(callsOf(fake, 'listing')).toHaveLength(1))
    if (args.name) expect(callsOf(fake, 'listing')).toEqual([[args.name]])
  })

  it('tests a server that was never tested', async () => {
    const { user, fake } = open('/installed')
    const rest = await group('Everything else')
    await user.click(rest.getByRole('button', { name: 'Test' }))
    expect(await screen.findByText('Weather works and brings 0 tools.')).toBeVisible()
    expect(callsOf(fake, 'testServer')).toEqual([['weather']])
  })

  it('opens a server in its row with settings and tools, never a key', async () => {
    const { user } = open('/installed')
    const name = await screen.findByRole('button', { name: 'GitHub' })
    await user.click(name)
    expect(name).toHaveAttribute('aria-expanded', 'true')
    expect(screen.getByText('GitHub key').nextSibling).toHaveTextContent('Kept safe')
    expect(screen.getByText('Read page')).toBeVisible()
  })

  it('finds by name and shows only what needs the user when asked', async () => {
    const { user } = open('/installed')
    await user.click(await screen.findByRole('button', { name: /^Needs you 2/ }))
    expect(screen.queryByRole('region', { name: 'Everything else' })).toBeNull()
    await user.type(screen.getByRole('searchbox', { name: 'Find in your servers' }), 'zzz')
    expect(screen.getByText('No server called “zzz”')).toBeVisible()
  })

  it('leads to Discover when there is nothing', async () => {
    const { user } = open('/installed', { servers: [] })
    expect(await screen.findByText('Nothing here yet')).toBeVisible()
    await user.click(screen.getByRole('link', { name: 'Find a server' }))
    expect(await screen.findByRole('heading', { name: 'Good first servers' })).toBeVisible()
  })

  it('shows places while loading and words when it fails', async () => {
    const fake = makeFake({ listings: makeListings(0), delay: 40 })
    fake.fail('servers', someWords({ message: 'The store is busy.' }))
    open('/installed', fake)
    expect(await screen.findByRole('status', { name: 'Loading' })).toBeVisible()
    expect(await screen.findByRole('alert')).toHaveTextContent('The store is busy.')
  })

  it('follows what the Go side changes', async () => {
    const { fake } = open('/installed')
    await group('Needs you')
    const slack = fake.state.servers.find((s) => s.id === 'slack')
    if (slack) slack.status = 'ok'
    fake.changed('servers')
    await waitFor(async () => expect((await group('Needs you')).queryByText('Needs a key')).toBeNull())
  })
})
