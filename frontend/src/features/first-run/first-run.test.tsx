import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeApps, makeFirstRun, makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'

const fresh = () => {
  const apps = makeApps()
  return { apps, listings: makeListings(0), firstRun: { ...makeFirstRun(apps), needed: true } }
}

describe('the first start', () => {
  it('shows what is there, promises that nothing was changed, and writes nothing', async () => {
    const { fake } = open('/', fresh())
    expect(await screen.findByRole('heading', { name: 'Here is what you already have.' })).toBeVisible()
    expect(screen.getByText(/Nothing has been changed/)).toBeVisible()
    expect(screen.getByRole('heading', { name: '4 AI apps' })).toBeVisible()
    expect(screen.getByRole('heading', { name: '6 servers' })).toBeVisible()
    expect(screen.getByText('from 9 entries in those apps')).toBeVisible()
    expect(screen.getByText('2 keys stand in files')).toBeVisible()
    expect(screen.getByText('1 app has a broken file')).toBeVisible()
    const writes = ['connect', 'disconnect', 'install', 'setSetting', 'finishFirstRun']
    expect(fake.calls.filter((c) => writes.includes(c.method))).toEqual([])
  })

  it('leads to Discover with its one button', async () => {
    const { user, fake } = open('/', fresh())
    await user.click(await screen.findByRole('button', { name: 'Look around' }))
    expect(await screen.findByRole('heading', { name: 'Good first servers' })).toBeVisible()
    expect(callsOf(fake, 'finishFirstRun')).toHaveLength(1)
  })

  it('is useful on a computer without any AI app', async () => {
    const none = fresh()
    none.firstRun.apps = none.firstRun.apps.map((a) => ({ ...a, found: false }))
    none.firstRun.servers = []
    open('/', none)
    expect(await screen.findByRole('heading', { name: 'Welcome to Toolbay.' })).toBeVisible()
    expect(within(screen.getByRole('main')).getByText('No AI app found')).toBeVisible()
  })

  it('says when it could not go on', async () => {
    const fake = makeFake(fresh())
    fake.fail('finishFirstRun', someWords({ message: 'The disk is full.' }))
    const { user } = open('/', fake)
    await user.click(await screen.findByRole('button', { name: 'Look around' }))
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('The disk is full.'))
  })
})
