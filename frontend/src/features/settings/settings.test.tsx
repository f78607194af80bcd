import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings, makeSettings } from '@/backend/fake-data'
import { callsOf, fill, open } from '@/test/render'
import { isAddress } from './advanced'
import { moved, placeAt } from './reorder'

const sourcesPage = '/settings?part=sources'
const row = async (name: string) => within(await screen.findByRole('row', { name: new RegExp(`^${name}`) }))

describe('Settings', () => {
  it('changes the look at once', async () => {
    const { user, fake } = open('/settings')
    await user.click(await screen.findByRole('button', { name: 'Dark' }))
    await waitFor(() => expect(document.documentElement).toHaveClass('dark'))
    expect(callsOf(fake, 'setSetting')).toEqual([['theme', 'dark']])
    await user.click(screen.getByRole('button', { name: 'Light' }))
    await waitFor(() => expect(document.documentElement).not.toHaveClass('dark'))
  })

  it('moves between choices with the arrow keys', async () => {
    const { user } = open('/settings')
    const system = await screen.findByRole('button', { name: 'Like the system' })
    system.focus()
    await user.keyboard('{ArrowRight}')
    await waitFor(() => expect(screen.getByRole('button', { name: 'Light' })).toHaveFocus())
  })

  it('shows each source with health, age and count, and switches it off', async () => {
    const { user, fake } = open(sourcesPage)
    const official = await row('Official registry')
    expect(official.getByText('Up to date')).toBeVisible()
    expect(official.getAllByText('12 min ago')[0]).toBeVisible()
    expect(official.getByText('2,794')).toBeVisible()
    expect(official.getByText('6 not readable')).toBeVisible()
    expect((await row('Docker catalogue')).getByText('Not fresh')).toBeVisible()
    expect((await row('Smithery')).getByText('Needs a key')).toBeVisible()
    expect(screen.getByText(/5,034 entries, merged into 2,794 servers/)).toHaveTextContent('84 MB')
    await user.click(official.getByRole('switch', { name: 'Use Official registry' }))
    expect(await official.findByText('Turned off')).toBeVisible()
    expect(callsOf(fake, 'setSetting')).toEqual([['source.official', 'false']])
  })

  it('moves a source up with the arrow keys, says so, and keeps the order once', async () => {
    const { user, fake } = open(sourcesPage)
    const grip = await screen.findByRole('button', { name: 'Official registry, place 5 of 8' })
    grip.focus()
    await user.keyboard('{ArrowUp}{ArrowUp}')
    expect(screen.getByText('Official registry now has place 3 of 8.')).toBeInTheDocument()
    expect(screen.getByRole('button', { name: 'Official registry, place 3 of 8' })).toHaveFocus()
    await waitFor(() =>
      expect(callsOf(fake, 'orderSources').map(([ids]) => (ids as string[]).slice(0, 4))).toEqual([
        ['reg-northwind', 'starter', 'official', 'docker'],
      ]),
    )
  })

  it('moves a source with the menu', async () => {
    const { user, fake } = open(sourcesPage)
    await user.click(await screen.findByRole('button', { name: 'More for Docker catalogue' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Move down' }))
    await waitFor(() => expect(callsOf(fake, 'orderSources')).toHaveLength(1))
    expect(fake.state.settings.sources.map((s) => s.source).indexOf('docker')).toBe(3)
  })

  it('asks for the key of a source before it is used', async () => {
    const { user, fake } = open(sourcesPage)
    const smithery = await row('Smithery')
    await user.click(smithery.getByRole('switch', { name: 'Use Smithery' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Key for Smithery' }))
    await user.type(dialog.getByLabelText('Key'), 'sm-123')
    await user.click(dialog.getByRole('button', { name: 'Keep key' }))
    await waitFor(() => expect(callsOf(fake, 'setSetting')).toEqual([['source.smithery', 'true']]))
    expect(callsOf(fake, 'setSourceKey')).toEqual([['smithery', 'sm-123']])
    expect(document.body).not.toHaveTextContent('sm-123')
  })

  it('shows what the organisation forbids and lets nobody switch it on', async () => {
    const settings = makeSettings()
    for (const s of settings.sources) if (s.source === 'smithery') s.allowed = false
    const { user, fake } = open(sourcesPage, { settings })
    const smithery = await row('Smithery')
    expect(smithery.getByText('Not allowed here')).toBeVisible()
    await user.click(smithery.getByRole('switch', { name: 'Use Smithery' }))
    expect(callsOf(fake, 'setSetting')).toEqual([])
    expect(screen.getByText(/Your organisation decides/)).toBeVisible()
  })

  it('adds a private registry once it has answered', async () => {
    const { user, fake } = open(sourcesPage)
    await user.click(await screen.findByRole('button', { name: 'Add a registry' }))
    const add = screen.getByRole('button', { name: 'Add' })
    expect(add).toHaveAccessibleDescription('Test it before you add it.')
    await user.click(screen.getByRole('button', { name: 'Test' }))
    expect(screen.getByText(/This must be a web address/)).toBeVisible()
    await fill(user, screen.getByLabelText('Address'), 'https://registry.acme.example')
    await user.type(screen.getByLabelText(/^Key/), 'k-1')
    await user.click(screen.getByRole('button', { name: 'Name, badge and more' }))
    await user.type(screen.getByLabelText('Name'), 'Acme')
    await user.type(screen.getByLabelText('Extra header'), 'X-Team')
    await user.type(screen.getByLabelText('Its value'), 'blue')
    await user.click(screen.getByRole('button', { name: 'Choose its certificate' }))
    await user.click(screen.getByRole('button', { name: 'Test' }))
    expect(await screen.findByText('It answers. 12 servers.')).toBeVisible()
    // What was tested is what is added: any change asks for another test.
    await user.type(screen.getByLabelText('Name'), ' IT')
    expect(screen.queryByText('It answers. 12 servers.')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Test' }))
    await screen.findByText('It answers. 12 servers.')
    await user.click(add)
    expect(await row('Acme IT')).toBeDefined()
    expect(callsOf(fake, 'addRegistry')).toEqual([
      [
        {
          url: 'https://registry.acme.example',
          name: 'Acme IT',
          badge: '',
          key: 'k-1',
          headers: { 'X-Team': 'blue' },
          ca_file: '/home/maria/Documents/shop.db',
        },
      ],
    ])
    expect(callsOf(fake, 'sync')).toEqual([['reg-registry-acme-example']])
  })

  it('says why a private registry cannot be added', async () => {
    const { user, fake } = open(sourcesPage)
    await user.click(await screen.findByRole('button', { name: 'Add a registry' }))
    await user.type(screen.getByLabelText('Address'), 'https://nobody.example{Enter}')
    expect(await screen.findByRole('alert')).toHaveTextContent('Nothing answers there.')
    expect(screen.getByRole('button', { name: 'Add' })).toHaveAttribute('aria-disabled', 'true')
    expect(callsOf(fake, 'addRegistry')).toEqual([])
  })

  it('asks before a private registry goes', async () => {
    const { user, fake } = open(sourcesPage)
    await user.click(await screen.findByRole('button', { name: 'More for Northwind IT' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Remove' }))
    const dialog = within(await screen.findByRole('alertdialog', { name: 'Remove “Northwind IT”?' }))
    await user.click(dialog.getByRole('button', { name: 'Remove list' }))
    await waitFor(() => expect(screen.queryByRole('row', { name: /Northwind IT/ })).toBeNull())
    expect(callsOf(fake, 'removeSource')).toEqual([['reg-northwind']])
  })

  it('says what failed in the row that failed', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('setSetting', someWords({ message: 'The store is busy.' }))
    const { user } = open(sourcesPage, fake)
    await user.click((await row('Official registry')).getByRole('switch'))
    expect(await screen.findByRole('alert')).toHaveTextContent('The store is busy.')
  })

  it('asks the sources again, all or the one that failed', async () => {
    const { user, fake } = open('/settings')
    await user.click(await screen.findByRole('button', { name: 'Sources' }))
    await user.click(await screen.findByRole('button', { name: 'Try now' }))
    expect(callsOf(fake, 'sync')).toEqual([['docker']])
    await waitFor(() => expect(screen.queryByText('Docker catalogue did not answer.')).toBeNull())
    await user.click(screen.getByRole('button', { name: 'Check all now' }))
    expect(callsOf(fake, 'sync')).toEqual([['docker'], ['']])
  })

  it('adds servers from a file and says how many', async () => {
    const { user } = open('/settings')
    await user.click(await screen.findByRole('button', { name: 'Sources' }))
    await user.click(await screen.findByRole('button', { name: 'Choose a file' }))
    expect(await screen.findByText('12 servers added from the file.')).toBeVisible()
  })

  it('takes only web addresses', async () => {
    const { user, fake } = open('/settings')
    await user.click(await screen.findByRole('button', { name: 'Advanced' }))
    const field = await screen.findByLabelText('Registry address')
    await user.clear(field)
    await user.type(field, 'not an address{Enter}')
    expect(screen.getByText('This must be a web address, such as https://example.com.')).toBeVisible()
    expect(field).toBeInvalid()
    await user.clear(field)
    await user.type(field, 'https://registry.acme.example{Enter}')
    expect(await screen.findByText('Registry address is saved.')).toBeVisible()
    expect(callsOf(fake, 'setSetting')).toEqual([['registry', 'https://registry.acme.example']])
  })

  it('shows words when settings cannot be read', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('settings', someWords({ message: 'No luck.' }))
    open('/settings', fake)
    expect(await screen.findByRole('alert')).toHaveTextContent('No luck.')
  })
})

it.each([
  ['', true],
  ['https://nodejs.org/dist', true],
  ['http://127.0.0.1:8080', true],
  ['javascript:alert(1)', false],
  ['file:///etc', false],
  ['nodejs.org', false],
])('%j is an address: %s', (text, want) => expect(isAddress(text)).toBe(want))

it.each([
  ['b', 0, 'bacd'],
  ['b', 3, 'acdb'],
  ['b', 1, 'abcd'],
  ['a', -1, 'abcd'],
  ['d', 9, 'abcd'],
  ['x', 0, 'abcd'],
])('moves %s to place %d', (id, to, want) => expect(moved([...'abcd'], id, to).join('')).toBe(want))

it.each([
  [-50, 0],
  [15, 1],
  [500, 2],
])('height %d lies at row %d', (y, want) =>
  expect(
    placeAt(
      [0, 10, 20].map((top) => ({ top, bottom: top + 10 })),
      y,
    ),
  ).toBe(want),
)

it('lets the daily look for updates be switched off', async () => {
  const { user, fake } = open('/settings')
  const look = await screen.findByRole('switch', { name: 'Look for updates once a day' })
  expect(look).toBeChecked()
  await user.click(look)
  expect(callsOf(fake, 'setSetting')).toEqual([['updates', 'off']])
  await waitFor(() => expect(screen.getByRole('switch', { name: 'Look for updates once a day' })).not.toBeChecked())
})

describe('Disk use', () => {
  it('says what takes how much, and frees what nobody needs', async () => {
    const { user, fake } = open('/settings?part=storage')
    expect(await screen.findByText('Programs that run servers')).toBeVisible()
    await user.click(screen.getByRole('button', { name: '3 parts' }))
    expect(screen.getByText('node-22.17.0')).toBeVisible()
    expect(screen.getByText('not needed')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Free 172 MB' }))
    expect(callsOf(fake, 'cleanDisk')).toEqual([[false]])
    expect(await screen.findByText('172 MB came free.')).toBeVisible()
    expect(await screen.findByRole('button', { name: 'Nothing to free' })).toBeDisabled()
  })

  it('lists what was removed or set aside, with the way back or into its folder', async () => {
    const { user, fake } = open('/settings?part=storage')
    await user.click(await screen.findByRole('button', { name: 'Show all 2' }))
    expect(screen.getByText(/^Removed\. It goes for good on /)).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Put Memory back' })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Open the folder of Memory' }))
    expect(callsOf(fake, 'openTrash')).toEqual([['20260104/memory+1.2.0-1']])
    await user.click(screen.getByRole('button', { name: 'Put Notion back' }))
    expect(callsOf(fake, 'undo')).toEqual([['h2', '']])
    expect(await screen.findByText('Notion is back.')).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Put Notion back' })).toBeNull()
  })

  it('says why a folder cannot be shown', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('openTrash', someWords({ message: 'The folder could not be shown.' }))
    const { user } = open('/settings?part=storage', fake)
    await user.click(await screen.findByRole('button', { name: 'Show all 2' }))
    await user.click(screen.getByRole('button', { name: 'Open the folder of Memory' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('The folder could not be shown.')
    expect(screen.getByText(/memory\+1\.2\.0-1/)).toBeVisible()
  })

  it('compares the files of all servers, and gets again what differs', async () => {
    const { user, fake } = open('/settings?part=storage', {
      findings: { files: [{ code: 'file_changed', path: 'cli.js', text: 'changed: cli.js' }] },
    })
    await user.click(await screen.findByRole('button', { name: 'Check files' }))
    const panel = within(await screen.findByRole('dialog', { name: 'Check the files of all servers' }))
    expect(await panel.findByText('1 server is not as it was installed.')).toBeVisible()
    expect(callsOf(fake, 'verifyServers')).toEqual([[[]]])
    expect(panel.getByText('1 thing differs')).toBeVisible()
    expect(panel.queryByText('changed: cli.js')).toBeNull()
    await user.click(panel.getByRole('button', { name: 'Show details' }))
    expect(panel.getByText('changed: cli.js')).toBeVisible()
    await user.click(panel.getByRole('button', { name: 'Get Files again' }))
    const sheet = within(await screen.findByRole('dialog', { name: 'Get Files again' }))
    await user.click(sheet.getByRole('button', { name: 'Fetch it' }))
    fake.state.findings = {}
    await user.click(await sheet.findByRole('button', { name: 'Put it in place' }))
    expect(callsOf(fake, 'applyUpdate').at(-1)?.[0]).toMatchObject({ server: 'files', again: true })
    expect(await screen.findByText('Files is as it was installed again.')).toBeVisible()
    expect(await screen.findByText(/^All \d+ are as they were installed\.$/)).toBeVisible()
  })

  it('asks before removed servers go for good', async () => {
    const { user, fake } = open('/settings?part=storage')
    await user.click(await screen.findByRole('button', { name: 'Delete what was removed' }))
    const ask = within(await screen.findByRole('alertdialog'))
    await user.click(ask.getByRole('button', { name: 'Keep it' }))
    expect(callsOf(fake, 'cleanDisk')).toEqual([])
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
    await user.click(screen.getByRole('button', { name: 'Delete what was removed' }))
    await user.click(
      within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Delete what was removed' }),
    )
    expect(callsOf(fake, 'cleanDisk')).toEqual([[true]])
  })
})
