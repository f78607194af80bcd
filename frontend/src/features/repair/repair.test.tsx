import { screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeChecks } from '@/backend/fake-repair'
import { callsOf, open } from '@/test/render'

describe('repair', () => {
  it('says what is wrong, numbered like the marks in the file, and mends it in one click', async () => {
    const { user, fake, container } = open('/apps')
    expect(await screen.findByRole('heading', { name: 'Cursor cannot read its settings file' })).toBeVisible()
    const problems = within(
      screen.getAllByRole('list').find((l) => within(l).queryByText(/comma is missing/)) as HTMLElement,
    )
    expect(problems.getAllByRole('heading').map((h) => h.textContent)).toEqual([
      'A comma is missing.line 5',
      'Curly quotes stand where straight ones belong.line 7',
      'Two servers have the same name.line 9',
      'A key is not filled in.',
    ])
    const file = within(screen.getByRole('figure'))
    expect(file.getAllByText(/^[123]$/)).toHaveLength(3)
    expect((await axe.run(container)).violations).toEqual([])
    expect(callsOf(fake, 'repair')).toEqual([])
    await user.click(screen.getByRole('button', { name: 'Repair' }))
    expect(await screen.findByRole('heading', { name: 'Cursor’s file is repaired' })).toBeVisible()
    expect(callsOf(fake, 'repair')).toEqual([['cursor', '/home/maria/.cursor/mcp.json', false, '']])
    expect(screen.getByText('Its 3 servers are back. Cursor notices it by itself.')).toBeVisible()
    expect(screen.getByRole('heading', { name: 'Still to do' })).toBeVisible()
    expect((await axe.run(container)).violations).toEqual([])
    await user.click(screen.getByRole('button', { name: 'Undo repair' }))
    await waitFor(() => expect(callsOf(fake, 'undo')).toHaveLength(1))
    expect(screen.queryByRole('heading', { name: 'Cursor’s file is repaired' })).toBeNull()
  })

  it('leaves out what had to be asked, when the user says so', async () => {
    const { user, fake } = open('/apps')
    await user.click(await screen.findByRole('checkbox', { name: 'Make this change too' }))
    await waitFor(() =>
      expect(callsOf(fake, 'previewRepair')).toEqual([['cursor', '/home/maria/.cursor/mcp.json', true]]),
    )
    await user.click(screen.getByRole('button', { name: 'Repair' }))
    await waitFor(() => expect(callsOf(fake, 'repair')).toEqual([['cursor', '/home/maria/.cursor/mcp.json', true, '']]))
  })

  it('starts the servers once as a proof, and says which does not', async () => {
    const { user } = open('/apps')
    await user.click(await screen.findByRole('button', { name: 'Repair' }))
    await user.click(await screen.findByRole('button', { name: 'Try the servers' }))
    expect(await screen.findByText('Works, 14 tools')).toBeVisible()
    expect(screen.getByText(/postgres was started but answers with an error/)).toBeVisible()
  })

  it('has no button for what cannot be mended by editing, and shows exact words behind details', async () => {
    const [view] = makeChecks()
    if (!view) throw new Error('no view')
    const fake = makeFake()
    fake.state.checks = [{ ...view, files: [], problems: view.problems.filter((p) => p.fix === 'never') }]
    const { user } = open('/apps', fake)
    expect(await screen.findByText('Only you can change this.')).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Repair' })).toBeNull()
    expect(screen.queryByText(/RT_PLACEHOLDER_SECRET/)).toBeNull()
    const section = within(screen.getByRole('region', { name: /^Repair of/ }))
    await user.click(section.getByRole('button', { name: 'Show details' }))
    expect(section.getByText(/RT_PLACEHOLDER_SECRET/)).toBeVisible()
  })

  it('brings back the last good copy with one button where nothing can be mended', async () => {
    const [view] = makeChecks()
    if (!view) throw new Error('no view')
    const fake = makeFake()
    const gone = { ...view.problems[0], code: 'FILE_BEYOND_REPAIR', fix: 'never' as const, mends: false, line: 0 }
    const copy = { version: 'v7', time: '2026-05-12T14:03:00Z', servers: 3 }
    fake.state.checks = [{ ...view, files: [], problems: [gone as (typeof view.problems)[number]], copy }]
    const { user, container } = open('/apps', fake)
    expect(await screen.findByText(/^In this copy 3 servers were fine/)).toBeVisible()
    expect(screen.queryByText('Only you can change this.')).toBeNull()
    expect(screen.getByRole('button', { name: 'Show copies of Cursor’s file' })).toHaveTextContent('Other copies')
    expect((await axe.run(container)).violations).toEqual([])
    await user.click(screen.getByRole('button', { name: /^Bring back the copy of 12 May/ }))
    expect(await screen.findByRole('heading', { name: 'The copy of Cursor’s file is back' })).toBeVisible()
    expect(callsOf(fake, 'restore')).toEqual([['/home/maria/.cursor/mcp.json', 'v7', false, '']])
    expect(screen.getByText(/^Its 3 servers are back/)).toBeVisible()
    expect(screen.queryByRole('heading', { name: 'Still to do' })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(callsOf(fake, 'undo')).toHaveLength(1))
  })

  it('says so when a file that was mended is damaged again', async () => {
    const { user, fake } = open('/apps')
    await user.click(await screen.findByRole('button', { name: 'Repair' }))
    await screen.findByRole('heading', { name: 'Cursor’s file is repaired' })
    fake.state.checks = makeChecks()
    await user.click(screen.getByRole('button', { name: 'Check all apps' }))
    expect(await screen.findByRole('heading', { name: 'Cursor cannot read its settings file' })).toBeVisible()
    expect(screen.getByRole('button', { name: 'Repair' })).toBeVisible()
  })

  it('says why a repair could not be made and stays', async () => {
    const { user, fake } = open('/apps')
    fake.fail('repair', someWords({ message: 'Somebody is writing that file.' }))
    await user.click(await screen.findByRole('button', { name: 'Repair' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('Somebody is writing that file.')
    expect(screen.getByRole('button', { name: 'Repair' })).toBeVisible()
  })

  it('looks at all apps again with one click', async () => {
    const { user, fake } = open('/apps')
    await screen.findByRole('button', { name: 'Repair' })
    fake.state.checks = []
    for (const a of fake.state.apps) a.files = a.files.map(({ problem: _, ...f }) => ({ ...f, health: 'ok' }))
    await user.click(screen.getByRole('button', { name: 'Check all apps' }))
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Repair' })).toBeNull())
    expect(screen.getByRole('button', { name: /Cursor.*Fine/ })).toBeVisible()
  })
})
