import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'
import { startPage } from './card-rows'

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
    await waitFor(() => expect(callsOf(fake, 'search').at(-1)?.[0]).toMatchObject({ no_key: true }))
    await user.click(screen.getByRole('button', { name: /^Docker catalogue \d+/ }))
    await waitFor(() => expect(callsOf(fake, 'search').at(-1)?.[0]).toMatchObject({ no_key: true, source: 'docker' }))
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
    const { user } = open()
    const box = await screen.findByRole('searchbox')
    await user.type(box, 'zzzz')
    expect(await screen.findByText('Nothing found for “zzzz”')).toBeVisible()
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
