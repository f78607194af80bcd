import { screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, fill, open } from '@/test/render'

const small = () => makeFake({ listings: makeListings(0) })
const folder = '/home/maria/Documents/Notion files'
const file = '/home/maria/Downloads/Acme shop.json'

async function importing(fake = small()) {
  const view = open('/profiles', fake)
  await view.user.click(await screen.findByRole('button', { name: 'Import' }))
  const sheet = within(await screen.findByRole('dialog', { name: 'Import a profile' }))
  await sheet.findByText('Tickets')
  return { ...view, fake, sheet }
}

const axeOf = async () => {
  const { violations } = await axe.run(document.body, {
    rules: {
      'color-contrast': { enabled: false },
      'aria-hidden-focus': { enabled: false },
      region: { enabled: false },
    },
  })
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)
}

describe('Importing a profile', () => {
  it('asks only for what is missing, installs the rest, and makes the profile', async () => {
    const { user, fake, sheet } = await importing()
    expect(callsOf(fake, 'reviewProfile')).toEqual([[file]])
    expect(sheet.getByText('It is here already.')).toBeVisible()
    expect(sheet.getByText('Not on this computer: Zed.')).toBeVisible()
    expect(await axeOf()).toEqual([])
    await user.click(sheet.getByRole('button', { name: 'Install 2 servers' }))
    expect(callsOf(fake, 'importProfile')).toEqual([])
    expect(sheet.getByRole('status')).toHaveTextContent('1 field is still missing.')
    await fill(user, sheet.getByLabelText('Tickets key'), 'made-up-key')
    await user.click(sheet.getByRole('checkbox', { name: 'Take Docs' }))
    await user.click(sheet.getByRole('button', { name: 'Install 1 server' }))
    await waitFor(() =>
      expect(callsOf(fake, 'importProfile')).toEqual([
        [
          {
            path: file,
            name: 'Acme shop',
            apps: ['claude-code'],
            answers: {},
            secrets: { 'tickets.TICKETS_KEY': 'made-up-key' },
            skip: ['docs'],
            allow_scripts: false,
            accept_risk: false,
            link: '',
          },
        ],
      ]),
    )
    const done = within(await screen.findByRole('dialog', { name: 'Import a profile' }))
    expect(await done.findByRole('heading', { name: 'Acme shop is ready' })).toBeVisible()
    expect(done.getByText('1 installed, 1 were here already.')).toBeVisible()
    await user.click(done.getByRole('button', { name: 'Done' }))
    expect(await screen.findByRole('button', { name: 'Acme shop' })).toHaveAttribute('aria-pressed', 'true')
    expect(document.body.textContent).not.toContain('made-up-key')
  })

  it('asks what came out on trying, and goes on after a yes', async () => {
    const fake = small()
    const risk = { kind: 'risk' as const, name: 'risk', text: 'Docs loads code from elsewhere.', flag: '' }
    fake.state.importFails = someWords({ code: 'consent_needed', message: 'Toolbay needs your yes.', needs: [risk] })
    const { user, sheet } = await importing(fake)
    await fill(user, sheet.getByLabelText('Tickets key'), 'made-up-key')
    await user.click(sheet.getByRole('button', { name: 'Install 2 servers' }))
    expect(await sheet.findByText(risk.text)).toBeVisible()
    await user.click(sheet.getByRole('checkbox', { name: 'I understand and want it' }))
    await user.click(sheet.getByRole('button', { name: 'Install 2 servers' }))
    expect(await sheet.findByRole('heading', { name: 'Acme shop is ready' })).toBeVisible()
    expect(callsOf(fake, 'importProfile').at(-1)?.[0]).toMatchObject({ accept_risk: true })
  })

  it('says why a file is no profile', async () => {
    const fake = small()
    fake.fail('reviewProfile', someWords({ message: 'This is not a profile that Toolbay can read.' }))
    const { user } = open('/profiles', fake)
    await user.click(await screen.findByRole('button', { name: 'Import' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('This is not a profile that Toolbay can read.')
  })

  it('opens a profile that is dropped on any screen', async () => {
    const fake = small()
    fake.openFiles = async () => [{ ref: file, kind: 'profile' }]
    open('/activity', fake)
    await screen.findByRole('heading', { name: 'Activity' })
    fake.sendDrop([file])
    expect(await screen.findByRole('dialog', { name: 'Import a profile' })).toBeVisible()
  })
})

describe('A project', () => {
  async function looking(fake = small()) {
    const view = open('/profiles', fake)
    await view.user.click(await screen.findByRole('button', { name: 'Look at a project' }))
    const panel = within(await screen.findByRole('dialog', { name: 'Documents › Notion files' }))
    await panel.findByText('.mcp.json')
    return { ...view, fake, panel }
  }

  it('shows what stands in its files, and who reads them', async () => {
    const { panel, fake } = await looking()
    expect(callsOf(fake, 'project')).toEqual([[folder]])
    expect(panel.getByText('tickets')).toBeVisible()
    expect(panel.getByText('Read by Claude Code')).toBeVisible()
    expect(panel.getByText('No profile is linked to it.')).toBeVisible()
    expect(await axeOf()).toEqual([])
  })

  it('offers what it declares: installed and linked in one go', async () => {
    const { user, fake, panel } = await looking()
    await user.click(panel.getByRole('button', { name: 'See what it declares' }))
    const sheet = within(await screen.findByRole('dialog', { name: 'What Documents › Notion files declares' }))
    await fill(user, await sheet.findByLabelText('Tickets key'), 'made-up-key')
    expect(sheet.getByRole('checkbox', { name: 'Link Documents › Notion files to this profile' })).toBeChecked()
    await user.click(sheet.getByRole('button', { name: 'Install 2 servers' }))
    await waitFor(() => expect(callsOf(fake, 'importProfile')[0]?.[0]).toMatchObject({ path: folder, link: folder }))
    expect(await sheet.findByText('1 file of the project was written.')).toBeVisible()
  })

  it('is offered also where a folder is linked that declares servers', async () => {
    const { user } = open('/profiles', small())
    await user.click(await screen.findByRole('button', { name: 'Link a folder' }))
    const link = within(await screen.findByRole('dialog', { name: /^Link Documents/ }))
    await user.click(await link.findByRole('button', { name: 'See what it declares' }))
    expect(await screen.findByRole('dialog', { name: 'What Documents › Notion files declares' })).toBeVisible()
  })

  it('is not linked to two profiles', async () => {
    const fake = small()
    Object.assign(fake.state.project, { profile: 'home', name: 'Home' })
    const { user, panel } = await looking(fake)
    expect(panel.getByText('Uses the profile Home.')).toBeVisible()
    await user.click(panel.getByRole('button', { name: 'See what it declares' }))
    const sheet = within(await screen.findByRole('dialog', { name: /^What Documents/ }))
    expect(await sheet.findByText('This folder belongs to the profile Home already.')).toBeVisible()
    expect(sheet.queryByRole('checkbox', { name: /^Link/ })).toBeNull()
  })
})
