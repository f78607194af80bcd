import { screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'
import { toolTitle } from './tool-list'

const at = (id: string) => `/listing/${encodeURIComponent(id)}`
const notion = at('io.github.notion-labs/notion')

describe('a listing', () => {
  it('says what it does, what it brings, who says so and how to get it', async () => {
    open(notion)
    expect(await screen.findByRole('heading', { name: 'Notion', level: 1 })).toBeVisible()
    expect(screen.getByText('5 only read, 4 change data.')).toBeVisible()
    expect(screen.getByText('The publisher owns this name')).toBeVisible()
    expect(screen.getByText('Official registry, checked 12 min ago')).toBeVisible()
    expect(screen.getByRole('radio', { name: /On this computer Recommended/ })).toBeChecked()
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

it.each([
  ['read_page', 'Read page'],
  ['listPeople', 'List people'],
  ['notion.search-all', 'Notion search all'],
])('a person reads %s as %s', (name, want) => expect(toolTitle({ name })).toBe(want))
