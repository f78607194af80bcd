import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeApps, makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'

describe('Apps', () => {
  it('shows the broken app first, and offers servers only where the file can be read', async () => {
    open('/apps')
    expect(await screen.findByRole('heading', { name: 'Cursor cannot read its settings file' })).toBeVisible()
    expect(screen.getByRole('button', { name: /Cursor.*Broken/ })).toHaveAttribute('aria-pressed', 'true')
    expect(screen.queryByText(/mcp\.json:5:17/)).toBeNull()
    expect(screen.queryByRole('button', { name: 'Add servers' })).toBeNull()
    expect(screen.getByText('Not found on this computer: Codex, Gemini CLI and opencode.')).toBeVisible()
  })

  it('tells servers of Toolbay from those added by hand, and points at readable keys', async () => {
    const { user } = open('/apps')
    await user.click(await screen.findByRole('button', { name: /^Claude Desktop/ }))
    expect(screen.getByRole('heading', { name: 'Claude Desktop has 3 servers' })).toBeVisible()
    expect(screen.getByRole('heading', { name: 'From Toolbay' })).toBeVisible()
    expect(screen.getByText('jira')).toBeVisible()
    expect(screen.getByText('Readable key')).toBeVisible()
    expect(screen.queryByText(/claude_desktop_config/)).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Show details' }))
    expect(screen.getByText(/claude_desktop_config/)).toBeVisible()
  })

  it('shows the change before it adds servers, and can undo it', async () => {
    const { user, fake } = open('/apps')
    await user.click(await screen.findByRole('button', { name: /^Claude Code/ }))
    await user.click(screen.getByRole('button', { name: 'Add servers' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Add servers to Claude Code' }))
    expect(dialog.getByText('Choose a server to see the change.')).toBeVisible()
    await user.click(dialog.getByRole('checkbox', { name: 'Files' }))
    expect(await dialog.findByRole('figure')).toBeVisible()
    expect(callsOf(fake, 'connect')).toEqual([])
    await user.click(dialog.getByRole('button', { name: 'Add 1 server' }))
    expect(await screen.findByText('1 server added to Claude Code.')).toBeVisible()
    expect(callsOf(fake, 'connect')).toEqual([['claude-code', ['files'], '']])
    await user.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(callsOf(fake, 'undo')).toHaveLength(1))
  })

  it('shows the change before it takes a server out', async () => {
    const { user, fake } = open('/apps')
    await user.click(await screen.findByRole('button', { name: /^VS Code/ }))
    await user.click(screen.getByRole('button', { name: 'Take files out of VS Code' }))
    const dialog = within(await screen.findByRole('dialog'))
    expect((await dialog.findAllByText('removed:')).length).toBeGreaterThan(0)
    await user.click(dialog.getByRole('button', { name: 'Take out' }))
    await waitFor(() => expect(callsOf(fake, 'disconnect')).toEqual([['vscode', ['files'], '']]))
  })

  it('keeps the dialog open with words when the change cannot be made', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('disconnect', someWords({ message: 'The file changed meanwhile.' }))
    const { user } = open('/apps', fake)
    await user.click(await screen.findByRole('button', { name: /^VS Code/ }))
    await user.click(screen.getByRole('button', { name: 'Take files out of VS Code' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Take out' }))
    expect(await within(screen.getByRole('dialog')).findByRole('alert')).toHaveTextContent(
      'The file changed meanwhile.',
    )
  })

  it('says which apps it knows when none is found', async () => {
    open('/apps', { apps: makeApps().map((a) => ({ ...a, found: false })) })
    expect(await screen.findByText('No AI app found')).toBeVisible()
    expect(screen.getByText(/Toolbay knows Claude Desktop, Claude Code/)).toBeVisible()
  })

  it('shows words when the apps cannot be looked at', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('apps', someWords({ message: 'No luck.' }))
    open('/apps', fake)
    expect(await screen.findByRole('alert')).toHaveTextContent('No luck.')
  })
})
