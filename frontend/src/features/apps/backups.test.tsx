import { screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import type { BackupVersion } from '@/backend/types'
import { callsOf, open } from '@/test/render'

const path = '/home/maria/.config/Code/User/mcp.json'

const version = (id: string, title: string, more: Partial<BackupVersion> = {}): BackupVersion => ({
  id,
  time: '2026-01-01T12:00:00Z',
  kind: 'connect',
  title,
  by: 'toolbay',
  absent: false,
  bytes: 200,
  first: false,
  stands: false,
  deleted: false,
  ...more,
})

async function opened(prepare: (fake: ReturnType<typeof makeFake>) => void = () => {}) {
  const versions = [
    version('v3', 'Files added', { stands: true }),
    version('v2', 'Memory added'),
    version('v1', 'Before', { first: true, by: 'other' }),
  ]
  const backups = [{ path, apps: ['vscode'], bytes: 600, versions }]
  const fake = makeFake({ listings: makeListings(0), backups })
  prepare(fake)
  const view = open('/apps', fake)
  await view.user.click(await screen.findByRole('button', { name: /^VS Code/ }))
  expect(callsOf(fake, 'backups')).toEqual([])
  const show = screen.getByRole('button', { name: 'Show copies of VS Code’s file' })
  show.focus()
  await view.user.keyboard('{Enter}')
  await screen.findByText('Memory added')
  return { ...view, fake }
}

describe('Earlier copies', () => {
  it('are listed newest first, with what stands now, and axe finds nothing', async () => {
    const { container } = await opened()
    const section = within(screen.getByRole('region', { name: 'Earlier copies' }))
    expect(section.getByText('As it is now')).toBeVisible()
    expect(section.getByText(/First copy, always kept/)).toBeVisible()
    expect(section.getAllByRole('button', { name: /^Compare/ })).toHaveLength(2)
    const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } })
    expect(violations.map((v) => v.id)).toEqual([])
  })

  it('that hold a key are offered for deletion', async () => {
    const { user, fake } = await opened((f) => {
      f.state.copies = { count: 2, files: [path], still: [] }
      const [s] = f.state.servers
      if (s) {
        s.id = 'files'
        s.adopted = true
        s.settings = [{ key: 'TOKEN', label: 'Token', secret: true, set: true, value: '' }]
      }
    })
    await user.click(await screen.findByRole('button', { name: /^Delete the copies/ }))
    await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: /^Delete the copies/ }))
    await waitFor(() => expect(callsOf(fake, 'deleteCopies')).toEqual([['files']]))
  })

  it('are compared before one is restored, and that can be undone', async () => {
    const { user, fake } = await opened()
    await user.click(screen.getByRole('button', { name: /^Compare: Memory added/ }))
    const ask = within(await screen.findByRole('dialog', { name: /^Go back to/ }))
    expect((await ask.findAllByText('removed:')).length).toBeGreaterThan(0)
    expect(callsOf(fake, 'restore')).toEqual([])
    await user.click(ask.getByRole('button', { name: 'Restore this' }))
    await waitFor(() => expect(callsOf(fake, 'restore')).toEqual([[path, 'v2', false, '']]))
    await user.click(await screen.findByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(callsOf(fake, 'undo')).toHaveLength(1))
  })

  it('that the app cannot read need a yes of their own', async () => {
    const { user, fake } = await opened()
    const needs = [
      { kind: 'risk' as const, name: 'broken-copy', text: 'VS Code cannot read it.', flag: '--accept-risk' },
    ]
    fake.fail('restore', someWords({ code: 'consent_needed', needs }))
    await user.click(screen.getByRole('button', { name: /^Compare: Memory added/ }))
    const ask = within(await screen.findByRole('dialog', { name: /^Go back to/ }))
    await ask.findAllByText('removed:')
    await user.click(ask.getByRole('button', { name: 'Restore this' }))
    expect(await ask.findByRole('alert')).toHaveTextContent('VS Code cannot read it.')
    fake.fail('restore', undefined)
    await user.click(ask.getByRole('button', { name: 'Restore this' }))
    expect(callsOf(fake, 'restore')).toHaveLength(1)
    await user.click(ask.getByRole('checkbox'))
    await user.click(ask.getByRole('button', { name: 'Restore this' }))
    await waitFor(() => expect(callsOf(fake, 'restore').at(-1)).toEqual([path, 'v2', true, '']))
  })
})
