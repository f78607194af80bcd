import { screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'

async function review(options: Parameters<typeof open>[1] = {}) {
  const view = open('/installed', options)
  await view.user.click(await screen.findByRole('button', { name: 'Review the update of GitHub' }))
  const sheet = within(await screen.findByRole('dialog', { name: 'Update GitHub' }))
  return { ...view, sheet }
}

describe('Updates', () => {
  it('are counted in the sidebar and named on top of Installed; pinned ones are not', async () => {
    open('/installed')
    expect(await screen.findByText('2 updates are ready.')).toBeVisible()
    expect(screen.getAllByText('Update ready')).toHaveLength(2)
    expect(screen.queryByRole('button', { name: 'Review the update of Files' })).toBeNull()
  })

  it('show what changes, texts side by side, before anything is switched', async () => {
    const { user, sheet, fake, container } = await review()
    expect(sheet.getByText('From version 2.1.0 to 2.2.0.')).toBeVisible()
    await user.click(sheet.getByRole('button', { name: 'Fetch and compare' }))
    expect(await sheet.findByText('1 tool says something else now')).toBeVisible()
    expect(sheet.getByText('Finds issues and code by words.')).toBeVisible()
    expect(sheet.getByText(/Always call this before any other tool/)).toBeVisible()
    expect(sheet.getByText('Closes an issue and says why.')).toBeVisible()
    expect(sheet.getByText('Gives a repository a star.')).toBeVisible()
    expect(callsOf(fake, 'applyUpdate')).toEqual([])
    const { violations } = await axe.run(container.ownerDocument.body, {
      rules: { 'color-contrast': { enabled: false } },
    })
    expect(violations.map((v) => v.id)).toEqual([])
  })

  it('ask about each risk before the switch, and offer the way back after it', async () => {
    const { user, sheet, fake } = await review()
    await user.click(sheet.getByRole('button', { name: 'Fetch and compare' }))
    await user.click(await sheet.findByRole('button', { name: 'Update' }))
    expect(await sheet.findByText('Its tools say something else now.')).toBeVisible()
    await user.click(sheet.getByRole('checkbox', { name: 'I understand and want it' }))
    await user.click(sheet.getByRole('button', { name: 'Update' }))
    expect(await screen.findByText('GitHub has version 2.2.0 now.')).toBeVisible()
    expect(callsOf(fake, 'applyUpdate').at(-1)?.[0]).toMatchObject({ server: 'github', accept_risk: true })
    await user.click(screen.getByRole('button', { name: 'Go back' }))
    expect(callsOf(fake, 'rollback')).toEqual([['github']])
  })

  it('ask for what only the new version needs and try again with it', async () => {
    const words = someWords({
      code: 'input_needed',
      message: 'Some settings are missing.',
      needs: [{ kind: 'secret', name: 'TOKEN', text: 'A key for the new search', flag: '--secret TOKEN=-' }],
    })
    const { user, sheet, fake } = await review({ updateFails: { github: words } })
    await user.click(sheet.getByRole('button', { name: 'Fetch and compare' }))
    await user.type(await sheet.findByLabelText('TOKEN'), 'v1')
    fake.state.updateFails = {}
    await user.click(sheet.getByRole('button', { name: 'Fetch and compare' }))
    expect(await sheet.findByText('1 new tool')).toBeVisible()
    expect(callsOf(fake, 'prepareUpdate').at(-1)?.[0]).toMatchObject({ secrets: { TOKEN: 'v1' } })
  })

  it('all at once: what is harmless is done, what is risky waits for its user', async () => {
    const { user, fake } = open('/installed')
    await user.click(await screen.findByRole('button', { name: 'Update all' }))
    expect(callsOf(fake, 'updateServers')).toEqual([[['github', 'memory']]])
    expect(await screen.findByText('1 wants you to look first.')).toBeVisible()
    expect(screen.getByText('1 update is ready.')).toBeVisible()
  })

  it('tell where an older version with files of its own waits', async () => {
    const fake = makeFake({ listings: makeListings(0), differences: {} })
    const { path } = fake.state.trash[1] ?? { path: '' }
    const apply = fake.applyUpdate
    fake.applyUpdate = async (req) => ({ ...(await apply(req)), trashed: [path] })
    const { user, sheet } = await review(fake)
    await user.click(sheet.getByRole('button', { name: 'Fetch and compare' }))
    await user.click(await sheet.findByRole('button', { name: 'Update' }))
    expect(await screen.findByText('An older version had files of its own. They stay for 30 days.')).toBeVisible()
    expect(screen.queryByText(path)).toBeNull()
    await user.click(await screen.findByRole('button', { name: 'Open folder' }))
    expect(callsOf(fake, 'openTrash')).toEqual([['20260104/memory+1.2.0-1']])
  })

  it('of a server that runs online name no version, and there is no going back', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.state.updates = fake.state.updates.map((u) =>
      u.server === 'github' ? { ...u, state: 'changed', newer: '', version: '' } : u,
    )
    const { sheet } = await review(fake)
    expect(sheet.getByText('It runs at its publisher and says something else now.')).toBeVisible()
    expect(sheet.queryByText(/From version/)).toBeNull()
    expect(sheet.getByRole('button', { name: 'Compare' })).toBeVisible()
  })

  it('can be kept off one server and let on again', async () => {
    const { user, fake } = open('/installed')
    await user.click(await screen.findByRole('button', { name: 'More for GitHub' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Keep this version' }))
    expect(callsOf(fake, 'pin')).toEqual([['github', true]])
    expect(await screen.findByText('1 update is ready.')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'More for Files' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Allow updates again' }))
    expect(callsOf(fake, 'pin')).toContainEqual(['files', false])
  })

  it('can be gone back from, and looked for by hand', async () => {
    const { user, fake } = open('/installed')
    await user.click(await screen.findByRole('button', { name: 'More for Memory' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Go back to version 2.0.0' }))
    await waitFor(() => expect(callsOf(fake, 'rollback')).toEqual([['memory']]))
    await user.click(screen.getByRole('button', { name: 'Look for updates' }))
    expect(callsOf(fake, 'checkUpdates')).toHaveLength(1)
  })
})
