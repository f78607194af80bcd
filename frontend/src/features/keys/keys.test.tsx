import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'

describe('Keys', () => {
  it('says where keys are kept and which apps use each', async () => {
    open('/keys')
    expect(await screen.findByText('Keys are in this computer’s keychain, in no file.')).toBeVisible()
    expect(await screen.findByText('GitHub, used in Claude Code and VS Code')).toBeVisible()
    expect(screen.getByText('Needs a key')).toBeVisible()
  })

  it('asks before it deletes, with the safe choice in focus', async () => {
    const { user, fake } = open('/keys')
    await user.click(await screen.findByRole('button', { name: 'Delete GitHub key' }))
    const dialog = within(await screen.findByRole('alertdialog', { name: 'Delete “GitHub key”?' }))
    await waitFor(() => expect(dialog.getByRole('button', { name: 'Keep it' })).toHaveFocus())
    await user.keyboard('{Enter}')
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
    expect(callsOf(fake, 'removeKey')).toEqual([])
    await user.click(screen.getByRole('button', { name: 'Delete GitHub key' }))
    await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Delete key' }))
    await waitFor(() => expect(callsOf(fake, 'removeKey')).toEqual([['github', '', 'GITHUB_TOKEN']]))
    expect(await screen.findByText('GitHub key is deleted.')).toBeVisible()
  })

  it('keeps the dialog and the typed key when the keychain refuses', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('replaceKey', someWords({ message: 'The keychain is locked.' }))
    const { user } = open('/keys', fake)
    await user.click(await screen.findByRole('button', { name: 'Add Slack key' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Key for Slack' }))
    await user.type(dialog.getByLabelText('Slack key'), 'xoxb-1{Enter}')
    expect(await dialog.findByRole('alert')).toHaveTextContent('The keychain is locked.')
    expect(dialog.getByLabelText('Slack key')).toHaveValue('xoxb-1')
  })

  it('is calm when there are none', async () => {
    open('/keys', { servers: [] })
    expect(await screen.findByText('No keys yet')).toBeVisible()
  })

  it('shows words when they cannot be listed', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('keys', someWords({ message: 'No luck.' }))
    open('/keys', fake)
    expect(await screen.findByRole('alert')).toHaveTextContent('No luck.')
  })
})
