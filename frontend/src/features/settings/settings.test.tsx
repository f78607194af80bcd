import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'
import { isAddress } from './advanced'

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
    const { user, fake } = open('/settings')
    await user.click(await screen.findByRole('button', { name: 'Sources' }))
    const official = within(screen.getByRole('row', { name: /Official registry/ }))
    expect(official.getByText('Up to date')).toBeVisible()
    expect(official.getByText('12 min ago')).toBeVisible()
    expect(official.getByText('2,794')).toBeVisible()
    expect(within(screen.getByRole('row', { name: /Docker catalogue/ })).getByText('Not fresh')).toBeVisible()
    await user.click(official.getByRole('switch', { name: 'Use Official registry' }))
    expect(await official.findByText('Turned off')).toBeVisible()
    expect(callsOf(fake, 'setSetting')).toEqual([['source.official', 'false']])
  })

  it('asks the sources again, all or the one that failed', async () => {
    const { user, fake } = open('/settings')
    await user.click(await screen.findByRole('button', { name: 'Sources' }))
    await user.click(screen.getByRole('button', { name: 'Try now' }))
    expect(callsOf(fake, 'sync')).toEqual([['docker']])
    await waitFor(() => expect(screen.queryByText('Docker catalogue did not answer.')).toBeNull())
    await user.click(screen.getByRole('button', { name: 'Check all now' }))
    expect(callsOf(fake, 'sync')).toEqual([['docker'], ['']])
  })

  it('adds servers from a file and says how many', async () => {
    const { user } = open('/settings')
    await user.click(await screen.findByRole('button', { name: 'Sources' }))
    await user.click(screen.getByRole('button', { name: 'Choose a file' }))
    expect(await screen.findByText('12 servers added from the file.')).toBeVisible()
  })

  it('takes only web addresses', async () => {
    const { user, fake } = open('/settings')
    await user.click(await screen.findByRole('button', { name: 'Advanced' }))
    const field = screen.getByLabelText('Registry address')
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
