import { screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { FactView } from '@/backend'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'
import { factText } from './facts'
import { toolTitle } from './tool-list'

const at = (id: string) => `/listing/${encodeURIComponent(id)}`
const notion = at('io.github.notion-labs/notion')

describe('a listing', () => {
  it('says what it does, what it brings, who says so and how to get it', async () => {
    open(notion)
    expect(await screen.findByRole('heading', { name: 'Notion', level: 1 })).toBeVisible()
    expect(screen.getByText('5 only read, 4 change data.')).toBeVisible()
    const publisher = screen.getByText(/^Published by the owner of notion-labs.example/)
    expect(publisher).toHaveTextContent('Official registry, checked 12 min ago')
    expect(screen.getByRole('radio', { name: /On this computer Recommended/ })).toBeChecked()
  })

  it('says why a way is recommended, and of no other', async () => {
    open(notion)
    expect(await screen.findByText(/Recommended because it works in all your apps/)).toBeVisible()
    expect(screen.getAllByText(/Recommended because/)).toHaveLength(1)
  })

  it('says what is not known as not known, below what is', async () => {
    open(at('docker/arxiv'))
    const head = await screen.findByRole('heading', { name: 'What is not known' })
    const card = head.parentElement
    if (!card) throw new Error('no card')
    expect(within(card).getByText('It was never started on this computer.')).toBeVisible()
    expect(within(card).getByText(/Nobody has checked that/)).toBeVisible()
    expect(within(card).queryByText(/In lists that people look after/)).toBeNull()
  })

  it('tells the lists that have it, which field is whose, and what each says', async () => {
    const { user } = open(notion)
    expect(await screen.findByText(/Found in 2 lists and merged into one entry/)).toHaveTextContent(
      'Also listed in Official registry.',
    )
    await user.click(screen.getByRole('button', { name: 'See where each fact comes from' }))
    expect(screen.getByRole('row', { name: 'Description Starter catalogue' })).toBeVisible()
    expect(screen.getByRole('row', { name: 'Version Official registry' })).toBeVisible()
    expect(screen.getByText('Notion for AI assistants.', { exact: false })).toBeVisible()
  })

  it('warns when its publisher lists the same again and again', async () => {
    const listings = makeListings(0).map((l) => ({ ...l, copies: 240 }))
    open(notion, { listings })
    expect(await screen.findByText(/240 entries by the same publisher/)).toBeVisible()
  })

  it('shows eight tools and all of them when asked', async () => {
    const { user } = open(notion)
    expect(await screen.findByText('Move page')).toBeVisible()
    expect(screen.queryByText('Archive')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Show all 10' }))
    expect(screen.getByText('Archive')).toBeVisible()
  })

  it('opens the web site in the browser and the sheet with Get', async () => {
    const { user, fake } = open(notion)
    await user.click(await screen.findByRole('button', { name: /^Website/ }))
    expect(callsOf(fake, 'openLink')).toEqual([['https://notion-labs.example/notion']])
    await user.click(screen.getByRole('button', { name: 'Get' }))
    expect(await screen.findByRole('dialog', { name: 'Install Notion' })).toBeVisible()
    expect(callsOf(fake, 'installForm')[0]).toEqual(['io.github.notion-labs/notion', 0])
  })

  it('offers another account when it is already here', async () => {
    open(at('io.github.github/github'))
    expect(await screen.findByRole('button', { name: 'Add another account' })).toBeVisible()
    expect(screen.getByText('You have it as github.')).toBeVisible()
  })

  it('has no Get when no way of it can be installed, and says so', async () => {
    const listings = makeListings(0).map((l) => ({ ...l, installable: false }))
    open(notion, { listings })
    expect(await screen.findAllByText('This version of Toolbay cannot install it yet.')).not.toHaveLength(0)
    expect(screen.queryByRole('button', { name: 'Get' })).toBeNull()
  })

  it('shows words for one that is gone, and a way back', async () => {
    const fake = makeFake({ listings: [] })
    fake.fail('listing', someWords({ code: 'listing_unknown', message: 'This server is not in the lists any more.' }))
    const { user } = open(notion, fake)
    expect(await screen.findByRole('alert')).toHaveTextContent('not in the lists any more')
    await user.click(screen.getByRole('button', { name: 'Back' }))
    expect(await within(screen.getByRole('main')).findByRole('searchbox')).toBeVisible()
  })
})

describe('words of facts', () => {
  const fact = (code: string, state: FactView['state'], args: Record<string, string>): FactView => ({
    code,
    state,
    origin: '',
    args,
  })
  it.each([
    [fact('publisher', 'yes', { how: 'github', name: 'acme' }), /^Published by acme on GitHub/],
    [fact('publisher', 'yes', { how: 'of-tomorrow', name: 'acme' }), /^Published by acme/],
    [fact('last-release', 'yes', { version: '1.2', date: '2025-03-09' }), /Version 1.2 came out on 9 March 2025/],
    [fact('publisher', 'unknown', { name: '{name} <b>' }), /\{name\} <b>/],
    [fact('of-tomorrow', 'yes', {}), /^$/],
  ])('%j', (f, want) => expect(factText(f)).toMatch(want))
})

it.each([
  ['read_page', 'Read page'],
  ['listPeople', 'List people'],
  ['notion.search-all', 'Notion search all'],
])('a person reads %s as %s', (name, want) => expect(toolTitle({ name })).toBe(want))
