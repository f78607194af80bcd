import { screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings, makeServers } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'

function withCalendar(status: 'needs-sign-in' | 'ok', step = 0) {
  const servers = makeServers().map((s) =>
    s.id === 'google-calendar' ? { ...s, status, signed_in: status === 'ok' } : s,
  )
  return makeFake({ listings: makeListings(0), servers, step })
}

describe('Signing in', () => {
  it('is asked for on top, waits for the browser and ends in working', async () => {
    const { user, fake, container } = open('/installed', withCalendar('needs-sign-in', 100_000))
    const needs = within(await screen.findByRole('region', { name: 'Needs you' }))
    expect(needs.getByText('Sign in again')).toBeVisible()
    await user.click(needs.getByRole('button', { name: 'Sign in… Google Calendar' }))
    expect(await screen.findByText('Waiting for you in the web browser')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Open the page again' }))
    expect(callsOf(fake, 'showSignIn')).toHaveLength(1)
    const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } })
    expect(violations.map((v) => v.id)).toEqual([])
    expect(callsOf(fake, 'signIn')).toEqual([['google-calendar', false]])
    for (const s of fake.state.servers) if (s.id === 'google-calendar') s.status = 'ok'
    for (const job of fake.state.jobs) fake.sendJob({ ...job, state: 'done' })
    fake.changed('servers')
    await waitFor(() => expect(screen.queryByText('Waiting for you in the web browser')).toBeNull())
    await waitFor(() => expect(screen.queryByRole('button', { name: /Sign in…/ })).toBeNull())
  })

  it('can be given up while it waits', async () => {
    const { user, fake } = open('/installed', withCalendar('needs-sign-in', 100_000))
    await user.click(await screen.findByRole('button', { name: 'Sign in… Google Calendar' }))
    await user.click(await screen.findByRole('button', { name: 'Cancel' }))
    expect(callsOf(fake, 'cancelJob')).toHaveLength(1)
    for (const job of fake.state.jobs) fake.sendJob({ ...job, state: 'cancelled' })
    expect(await screen.findByRole('button', { name: 'Sign in… Google Calendar' })).toBeVisible()
  })

  it('says why it did not work, with a way to try again', async () => {
    const fake = withCalendar('needs-sign-in')
    fake.state.signInFails = { 'google-calendar': someWords({ message: 'Nobody signed in in time.' }) }
    const { user } = open('/installed', fake)
    await user.click(await screen.findByRole('button', { name: 'Sign in… Google Calendar' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('Nobody signed in in time.')
    fake.state.signInFails = {}
    await user.click(within(screen.getByRole('alert')).getByRole('button', { name: 'Try again' }))
    await waitFor(() => expect(callsOf(fake, 'signIn')).toHaveLength(2))
  })

  it('asks before it is kept in a file', async () => {
    const fake = withCalendar('needs-sign-in')
    const needs = [{ kind: 'risk' as const, name: 'keys-file', text: 'There is no keychain.', flag: '--accept-risk' }]
    fake.state.signInFails = { 'google-calendar': someWords({ code: 'consent_needed', needs }) }
    const { user } = open('/installed', fake)
    await user.click(await screen.findByRole('button', { name: 'Sign in… Google Calendar' }))
    await user.click(await screen.findByRole('checkbox', { name: 'Keep them in a private file' }))
    await waitFor(() => expect(callsOf(fake, 'signIn')).toContainEqual(['google-calendar', true]))
  })

  it('can be ended', async () => {
    const { user, fake } = open('/installed', withCalendar('ok'))
    await user.click(await screen.findByRole('button', { name: 'More for Google Calendar' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Sign out' }))
    expect(callsOf(fake, 'signOut')).toEqual([['google-calendar']])
    expect(await screen.findByText('You are signed out of Google Calendar.')).toBeVisible()
  })
})

describe('Extensions of Claude Desktop', () => {
  it('are named and brought in through the install sheet', async () => {
    const { user, fake } = open('/installed')
    expect(await screen.findByText('Claude Desktop has 1 extension of its own.')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Look at them' }))
    expect(screen.getByText('Example Labs · Version 1.2.0 · 1 key to give again')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Bring in Desk notes' }))
    expect(await screen.findByRole('dialog', { name: 'Install Desk notes' })).toBeVisible()
    expect(callsOf(fake, 'installForm')).toContainEqual(['mcpb:claude-desktop/ant.dir.gh.example.notes', -1])
  })

  it('are not spoken of when there are none', async () => {
    open('/installed', { extensions: [] })
    await screen.findByRole('region', { name: 'Needs you' })
    expect(screen.queryByText(/extension/)).toBeNull()
  })
})
