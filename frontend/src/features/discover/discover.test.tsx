import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings, makeSettings } from '@/backend/fake-data'
import { callsOf, open as openWindow } from '@/test/render'
import { startPage } from './card-rows'

const open = (path = '/', options: Parameters<typeof openWindow>[1] = {}) =>
  openWindow(path, 'calls' in options ? options : { listings: makeListings(40), ...options })

const card = async (name: string) => {
  const link = await screen.findByRole('link', { name })
  const article = link.closest('article')
  if (!article) throw new Error(`${name} has no card`)
  return within(article)
}

afterEach(() => vi.unstubAllGlobals())

describe('Discover', () => {
  it('shows starters first, then the rest, with where each comes from and what it needs', async () => {
    open()
    expect(await screen.findByRole('heading', { name: 'Good first servers' })).toBeVisible()
    const files = await card('Files')
    expect(files.getByText('Official registry')).toBeVisible()
    expect(files.getByText('Pick a folder')).toBeVisible()
    expect((await card('Memory')).getByText('No key needed')).toBeVisible()
  })

  it('finds while typing, over everything, and says how many', async () => {
    const { user, fake } = open()
    await user.type(await screen.findByRole('searchbox', { name: 'Search servers' }), 'weather')
    expect(await screen.findByRole('link', { name: 'Weather 2' })).toBeVisible()
    expect(screen.getByRole('status')).toHaveTextContent('5 servers')
    const last = callsOf(fake, 'search').at(-1)?.[0]
    expect(last).toMatchObject({ text: 'weather', category: '', limit: 60, offset: 0 })
  })

  it('narrows by filters and shows how many each leaves', async () => {
    const { user, fake } = open()
    const chip = await screen.findByRole('button', { name: /^No key needed \d+/ })
    await user.click(chip)
    expect(chip).toHaveAttribute('aria-pressed', 'true')
    await waitFor(() => expect(callsOf(fake, 'search').at(-1)?.[0]).toMatchObject({ filters: ['no-key'] }))
    await user.click(screen.getByRole('button', { name: /^Official publisher \d+/ }))
    await waitFor(() =>
      expect(callsOf(fake, 'search').at(-1)?.[0]).toMatchObject({ filters: ['no-key', 'official-publisher'] }),
    )
    await user.click(chip)
    await waitFor(() => expect(callsOf(fake, 'search').at(-1)?.[0]).toMatchObject({ filters: ['official-publisher'] }))
  })

  it('has more filters in a menu, and shows the chosen ones as chips', async () => {
    const { user, fake } = open()
    await user.click(await screen.findByRole('button', { name: 'More filters' }))
    const place = within(await screen.findByRole('group', { name: 'Where it runs' }))
    await user.click(place.getByRole('menuitemcheckbox', { name: /^Online \d+/ }))
    // The menu stays open for another one.
    await user.click(screen.getByRole('menuitemcheckbox', { name: /^Mac \d+/ }))
    await waitFor(() => expect(callsOf(fake, 'search').at(-1)?.[0]).toMatchObject({ filters: ['remote', 'darwin'] }))
    await user.click(screen.getByRole('menuitemcheckbox', { name: /^Docker catalogue \d+/ }))
    await waitFor(() => expect(callsOf(fake, 'search').at(-1)?.[0]).toMatchObject({ source: 'docker' }))
    const chip = await screen.findByRole('button', { name: /^Online \d+/ })
    expect(chip).toHaveAttribute('aria-pressed', 'true')
    await user.click(chip)
    await user.click(screen.getByRole('button', { name: /^Docker catalogue \d+/ }))
    await waitFor(() => expect(callsOf(fake, 'search').at(-1)?.[0]).toMatchObject({ filters: ['darwin'], source: '' }))
  })

  it('offers only lists that are in use, and none that has no servers of its own', async () => {
    const { user } = open()
    await user.click(await screen.findByRole('button', { name: 'More filters' }))
    const lists = within(await screen.findByRole('group', { name: 'Which list' }))
    expect(lists.getByRole('menuitemcheckbox', { name: /^Northwind IT/ })).toBeVisible()
    expect(lists.queryByRole('menuitemcheckbox', { name: /^Smithery/ })).toBeNull()
    expect(lists.queryByRole('menuitemcheckbox', { name: /^Cline/ })).toBeNull()
  })

  it('puts the list in another order', async () => {
    const { user, fake } = open()
    await user.click(await screen.findByRole('button', { name: 'Order: Best match' }))
    await user.click(await screen.findByRole('menuitemradio', { name: 'Name' }))
    await waitFor(() => expect(callsOf(fake, 'search').at(-1)?.[0]).toMatchObject({ sort: 'name' }))
    expect(await screen.findByRole('button', { name: 'Order: Name' })).toBeVisible()
    // An order of one's own leaves no room for a starter line.
    expect(screen.queryByRole('heading', { name: 'Good first servers' })).toBeNull()
  })

  it('opens a shelf by name', async () => {
    const { user, fake } = open()
    await user.click(await screen.findByRole('button', { name: 'Databases' }))
    expect(await screen.findByRole('link', { name: 'Postgres' })).toBeVisible()
    expect(callsOf(fake, 'search').at(-1)?.[0]).toMatchObject({ category: 'databases' })
  })

  it('reads on when the end of the list comes near, not before', async () => {
    const { fake, user } = open('/', { listings: makeListings(100) })
    await user.click(await screen.findByRole('button', { name: 'All' }))
    const link = await screen.findByRole('link', { name: 'Files' })
    const offsets = () => callsOf(fake, 'search').map(([q]) => (q as { offset: number }).offset)
    expect(offsets().filter((o) => o > 0)).toEqual([])
    const viewport = link.closest('.overflow-y-auto')
    if (!viewport) throw new Error('no viewport')
    // In jsdom every line is as high as the window: 800.
    viewport.scrollTop = 19 * 800
    fireEvent.scroll(viewport)
    await waitFor(() => expect(offsets()).toContain(60))
    expect(screen.queryByRole('link', { name: 'Files' })).toBeNull()
  })

  it('says when nothing is found and leads on', async () => {
    const { user, fake } = open()
    const box = await screen.findByRole('searchbox')
    await user.type(box, 'zzzz')
    expect(await screen.findByText('Nothing found for “zzzz”')).toBeVisible()
    const elsewhere = within(screen.getByRole('region', { name: 'Look on other web sites' }))
    for (const name of ['mcp.so', 'desktopextensions.com', 'PulseMCP'])
      await user.click(elsewhere.getByRole('button', { name: new RegExp(`^${name}`) }))
    expect(callsOf(fake, 'openLink').flat()).toEqual([
      'https://mcp.so/',
      'https://desktopextensions.com/',
      'https://www.pulsemcp.com/servers',
    ])
    await user.click(screen.getByRole('button', { name: 'Look around' }))
    expect(box).toHaveValue('')
    expect(await screen.findByRole('heading', { name: 'Good first servers' })).toBeVisible()
  })

  it('offers to drop the filters when they hide everything', async () => {
    const { user } = open('/', { listings: makeListings(0).filter((l) => l.needs === 'key') })
    await user.click(await screen.findByRole('button', { name: /^No key needed/ }))
    await user.click(await screen.findByRole('button', { name: 'Show them all' }))
    expect(await screen.findByRole('link', { name: 'Notion' })).toBeVisible()
  })

  it('shows what failed in words, with the cause behind details, and tries again', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('search', someWords())
    const { user } = open('/', fake)
    expect(await screen.findByRole('alert')).toHaveTextContent('The package service did not answer.')
    expect(screen.queryByText(/dial tcp/)).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Show details' }))
    expect(screen.getByText(/dial tcp/)).toBeVisible()
    fake.fail('search', undefined)
    await user.click(within(screen.getByRole('alert')).getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('link', { name: 'Files' })).toBeVisible()
  })

  it('says that this computer is offline and how old the lists are', async () => {
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    open()
    expect(await screen.findByText('You are offline.')).toBeVisible()
    expect(screen.getByText(/The lists were checked/)).toBeVisible()
  })

  it('names the one list that did not answer and asks it again', async () => {
    const { user, fake } = open()
    expect(await screen.findByText('Docker catalogue did not answer.')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(callsOf(fake, 'sync')).toEqual([['docker']])
  })

  const broken = (error: string, ids: string[]) => {
    const settings = makeSettings()
    for (const s of settings.sources) s.error = ids.includes(s.source) ? error : ''
    return settings
  }

  it.each([
    ['source_refused', ['docker'], 'Docker catalogue did not let Toolbay in.'],
    ['source_garbage', ['official'], 'Official registry sent something that is no list.'],
    [
      'source_garbage',
      ['docker', 'official'],
      'Docker catalogue and Official registry sent something that is no list.',
    ],
    ['source_loops', ['docker', 'official', 'toolhive'], '3 lists could not be checked.'],
  ])('says what went wrong: %s of %j', async (error, ids, want) => {
    open('/', { settings: broken(error, ids) })
    expect(await screen.findByText(want)).toBeVisible()
    expect(await screen.findByRole('link', { name: 'Files' })).toBeVisible()
  })

  it('takes it for no network when no list answers, and says how old they are', async () => {
    const all = makeSettings().sources.map((s) => s.source)
    open('/', { settings: broken('source_unreachable', all) })
    expect(await screen.findByText('No list could be reached.')).toBeVisible()
    expect(screen.getByText('Search works. The lists were checked yesterday.', { exact: false })).toBeVisible()
    expect(await screen.findByRole('link', { name: 'Files' })).toBeVisible()
  })

  it('can be used while the lists are fetched for the first time', async () => {
    const settings = makeSettings()
    for (const s of settings.sources) Object.assign(s, { error: '', synced: s.source === 'starter' ? s.synced : null })
    const { fake } = open('/', { settings })
    await screen.findByRole('link', { name: 'Files' })
    act(() =>
      fake.sendJob({
        id: 's',
        kind: 'sync',
        title: 'Lists',
        subject: '',
        state: 'running',
        progress: { stage: 'download', done: 1200, total: 0, unit: 'items' },
        started: new Date().toISOString(),
      }),
    )
    expect(await screen.findByText('The lists are being fetched for the first time.')).toBeVisible()
    expect(screen.getByText(/1,200 entries so far. You can search meanwhile/)).toBeVisible()
    expect(
      screen.getByRole('link', { name: 'Lists: Checking lists, 1,200 entries so far. Open Activity' }),
    ).toBeVisible()
    expect(screen.getByRole('link', { name: 'Files' })).toBeVisible()
  })

  it('goes to the search field with Ctrl K, also from another screen', async () => {
    const { user } = open('/installed')
    await screen.findByRole('heading', { name: 'Installed' })
    await user.keyboard('{Control>}k{/Control}')
    await waitFor(() => expect(screen.getByRole('searchbox', { name: 'Search servers' })).toHaveFocus())
  })

  it('shows hostile text as text and opens no other than https pages', async () => {
    const [l] = makeListings(0)
    if (!l) throw new Error('no listing')
    const evil = {
      ...l,
      title: '<img src=x onerror=alert(1)>',
      description: '<script>alert(2)</script> **[x](javascript:alert(3))**',
      website: 'javascript:alert(4)',
      repository: 'file:///etc/passwd',
    }
    const { user, container } = open('/', { listings: [evil] })
    await user.click(await screen.findByRole('link', { name: evil.title }))
    expect(await screen.findByText(evil.description)).toBeVisible()
    expect(container.querySelector('img, script, a[href^="javascript"], a[href^="file"]')).toBeNull()
    expect(screen.queryByRole('button', { name: /Website/ })).toBeNull()
  })
})

describe('the start page', () => {
  const cards = makeListings(0)
  it('fills the starter line exactly', () => {
    const rows = startPage(cards, 4)
    expect(rows[0]).toEqual({ kind: 'head', head: 'starters' })
    expect(rows[1]).toMatchObject({ kind: 'cards', cards: { length: 4 } })
    expect(rows[2]).toEqual({ kind: 'head', head: 'more' })
  })
  it('has no starter line when it would stay half empty', () => {
    expect(startPage(cards.slice(0, 2), 3)[0]?.kind).toBe('cards')
  })
  it('shows every server once', () => {
    const shown = startPage(cards, 3).flatMap((r) => (r.kind === 'cards' ? r.cards.map((c) => c.id) : []))
    expect([...shown].sort()).toEqual(cards.map((c) => c.id).sort())
  })
})
