import { screen, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { callsOf, open } from '@/test/render'

describe('the check-up', () => {
  it('looks when it is asked to, and leads each finding to its place', async () => {
    const { user, fake, container } = open('/settings?part=checkup')
    expect(await screen.findByText('Apps, files, servers, keys and lists. Nothing is changed.')).toBeVisible()
    expect(callsOf(fake, 'doctor')).toEqual([])
    await user.click(screen.getByRole('button', { name: 'Check everything' }))
    expect(await screen.findByText('2 things need attention.')).toBeVisible()
    expect(screen.getByRole('heading', { name: 'Cursor: A comma is missing' })).toBeVisible()
    expect(screen.getByRole('link', { name: /^Repair/ })).toHaveAttribute('href', '/apps?app=cursor')
    expect(screen.getByRole('link', { name: /^Open Installed GitHub/ })).toBeVisible()
    expect(screen.getByRole('link', { name: /^Sources Docker/ })).toBeVisible()
    expect(screen.queryByText('The place for keys can be used')).toBeNull()
    await user.click(screen.getByRole('button', { name: '2 things are in order' }))
    expect(screen.getByText('The place for keys can be used')).toBeVisible()
    expect(screen.getByRole('button', { name: 'Copy a report' })).toBeVisible()
    expect((await axe.run(container)).violations).toEqual([])
    await user.click(screen.getByRole('link', { name: /^Repair/ }))
    expect(await screen.findByRole('heading', { name: 'Cursor cannot read its settings file' })).toBeVisible()
  })

  it('says that all is well, and why it could not look', async () => {
    const fake = makeFake()
    fake.state.doctor = { ...fake.state.doctor, healthy: true, attention: 0, checks: [] }
    const { user } = open('/settings?part=checkup', fake)
    await user.click(await screen.findByRole('button', { name: 'Check everything' }))
    expect(await screen.findByText('Nothing needs attention.')).toBeVisible()
    fake.fail('doctor', someWords({ message: 'Toolbay is busy.' }))
    await user.click(screen.getByRole('button', { name: 'Check everything' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('Toolbay is busy.')
  })
})

describe('a check-up that takes long', () => {
  it('can be stopped, and says nothing then', async () => {
    const fake = makeFake()
    let end = (_: unknown) => {}
    fake.doctor = () => new Promise((_, reject) => (end = reject))
    const { user } = open('/settings?part=checkup', fake)
    await user.click(await screen.findByRole('button', { name: 'Check everything' }))
    await user.click(await screen.findByRole('button', { name: 'Cancel' }))
    expect(callsOf(fake, 'stopDoctor')).toHaveLength(1)
    end(someWords({ code: 'cancelled' }))
    expect(await screen.findByRole('button', { name: 'Check everything' })).toBeVisible()
    expect(screen.queryByRole('alert')).toBeNull()
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull()
  })
})

describe('what repairs kept', () => {
  it('is in the library, switched off, until it is taken on or forgotten', async () => {
    const fake = makeFake()
    fake.state.parked = [{ id: 'tickets-1a2b3c', title: 'Tickets', app: 'Cursor', problem: null }]
    const { user } = open('/installed', fake)
    const off = within(await screen.findByRole('region', { name: 'Switched off' }))
    expect(off.getByText('It was in Cursor’s file, but did nothing there.')).toBeVisible()
    expect(off.getByRole('button', { name: 'Take it on Tickets' })).toBeVisible()
    await user.click(off.getByRole('button', { name: /^More/ }))
    await user.click(await screen.findByRole('menuitem', { name: 'Forget' }))
    await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Forget' }))
    expect(callsOf(fake, 'forgetParked')).toEqual([['tickets-1a2b3c']])
  })

  it('is on the page of its app', async () => {
    const fake = makeFake()
    fake.state.checks = []
    for (const a of fake.state.apps) a.files = a.files.map(({ problem: _, ...f }) => ({ ...f, health: 'ok' }))
    fake.state.notes = [{ change: 'c1', time: '2026-01-02T10:00:00Z', path: '/x', text: 'Cursor\n\n    // for work' }]
    const { user } = open('/apps?app=cursor', fake)
    const kept = within(await screen.findByRole('region', { name: 'Kept from repairs' }))
    await user.click(kept.getByRole('button'))
    expect(kept.getByText(/for work/)).toBeVisible()
  })
})
