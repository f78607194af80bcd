import { screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, fill, open } from '@/test/render'

const small = (more = {}) => makeFake({ listings: makeListings(0), ...more })

async function chosen(fake = small()) {
  const view = open('/apps', fake)
  await view.user.click(await screen.findByRole('button', { name: 'Manage with Toolbay' }))
  const sheet = within(await screen.findByRole('dialog', { name: 'Manage with Toolbay' }))
  await sheet.findByRole('heading', { name: 'Toolbay found 4 servers in your apps' })
  return { ...view, fake, sheet }
}

/** Presses the main button once it can be pressed. */
async function manage({ user, sheet }: Pick<Awaited<ReturnType<typeof chosen>>, 'user' | 'sheet'>, n: number) {
  const button = await sheet.findByRole('button', { name: `Manage ${n} servers` })
  await waitFor(() => expect(button).not.toHaveAttribute('aria-disabled'))
  await user.click(button)
}

const nothing = { answers: {}, secrets: {}, allow_scripts: false, accept_risk: false }

describe('Taking over', () => {
  it('is offered on Apps, with the readable keys counted', async () => {
    open('/apps', small())
    expect(
      await screen.findByText(/3 servers in your apps are not managed by Toolbay\. 2 keys stand readable in files\./),
    ).toBeVisible()
  })

  it('is not offered where nothing can be taken over', async () => {
    const fake = small()
    fake.state.adoptables = fake.state.adoptables.filter((a) => a.problem)
    open('/apps', fake)
    await screen.findByRole('heading', { name: 'Apps' })
    await waitFor(() => expect(callsOf(fake, 'adoptables')).toHaveLength(1))
    expect(screen.queryByRole('button', { name: 'Manage with Toolbay' })).toBeNull()
  })

  it('can be put away until there is another server, and is a line then', async () => {
    const fake = small()
    const { user } = open('/apps', fake)
    await user.click(await screen.findByRole('button', { name: 'Not now' }))
    await waitFor(() => expect(screen.queryByText(/not managed by Toolbay/)).toBeNull())
    expect(callsOf(fake, 'setSetting')[0]?.[0]).toBe('adopt_note')
    expect(screen.getByRole('button', { name: 'Manage with Toolbay' })).toBeVisible()
    const first = fake.state.adoptables.find((a) => !a.problem)
    if (first) fake.state.adoptables = [...fake.state.adoptables, { ...first, id: 'another-000000' }]
    fake.changed('apps')
    expect(await screen.findByText(/not managed by Toolbay/)).toBeVisible()
  })

  it('lists each server once with its apps, says why one stays, and shows the change before', async () => {
    const { user, sheet, fake } = await chosen()
    expect(sheet.getAllByRole('img', { name: 'in Claude Desktop, Claude Code and VS Code' })).toHaveLength(1)
    expect(sheet.getByText(/For you alone in work › shop/)).toBeVisible()
    const stays = within(sheet.getByRole('region', { name: 'Stays as it is' }))
    expect(stays.getByText(/Toolbay cannot tell what my-notes starts/)).toBeVisible()
    expect(stays.queryByRole('checkbox')).toBeNull()
    await user.click(await sheet.findByRole('button', { name: 'Show changes for Jira' }))
    expect(sheet.getAllByText('added:').length).toBeGreaterThan(0)
    expect(sheet.getByText('Moves out of the file: JIRA_TOKEN')).toBeVisible()
    expect(callsOf(fake, 'adopt')).toEqual([])
    const { violations } = await axe.run(document.body, {
      rules: {
        'color-contrast': { enabled: false },
        'aria-hidden-focus': { enabled: false },
        region: { enabled: false },
      },
    })
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([])
  })

  it('takes over only what is ticked, and then offers to delete older copies with the key', async () => {
    const { user, sheet, fake } = await chosen()
    await user.click(sheet.getByRole('checkbox', { name: 'Search' }))
    await manage({ user, sheet }, 2)
    await waitFor(() =>
      expect(callsOf(fake, 'adopt')).toEqual([
        [
          [
            { id: 'filesystem', ...nothing },
            { id: 'jira', ...nothing },
          ],
          '',
        ],
      ]),
    )
    expect(await sheet.findByRole('heading', { name: '2 servers are managed now' })).toBeVisible()
    expect(sheet.getByText(/1 key moved out of its file/)).toBeVisible()
    await user.click(await sheet.findByRole('button', { name: 'Delete the copy Jira' }))
    const ask = within(await screen.findByRole('alertdialog'))
    expect(callsOf(fake, 'deleteCopies')).toEqual([])
    await user.click(ask.getByRole('button', { name: 'Delete the copy' }))
    await waitFor(() => expect(callsOf(fake, 'deleteCopies')).toEqual([['jira']]))
    expect(await sheet.findByText('1 older copy is deleted.')).toBeVisible()
    await user.click(sheet.getByRole('button', { name: 'Done' }))
    expect(await screen.findByText(/1 server in your apps is not managed/)).toBeVisible()
  })

  it('asks for what the entries do not say, and keeps typed keys out of what is shown', async () => {
    const fake = small()
    const preview = fake.previewAdopt
    fake.previewAdopt = async (req) => {
      const seen = await preview(req)
      if (req.id !== 'jira' || req.secrets.JIRA_SITE) return seen
      const input = {
        key: 'JIRA_SITE',
        label: 'Site key',
        description: '',
        required: true,
        secret: true,
        format: 'string',
        default: '',
        placeholder: '',
        choices: [],
        link: '',
        multiple: false,
        min: null,
        max: null,
        given: false,
      }
      return { ...seen, files: [], inputs: [input] }
    }
    const { user, sheet } = await chosen(fake)
    await sheet.findByText('Its entries do not say this:')
    await waitFor(() => expect(sheet.getByRole('status')).toHaveTextContent('1 setting is still missing.'))
    await user.click(sheet.getByRole('button', { name: 'Manage 3 servers' }))
    expect(callsOf(fake, 'adopt')).toEqual([])
    await fill(user, sheet.getByLabelText('Site key'), 'made-up-key')
    await manage({ user, sheet }, 3)
    await waitFor(() => expect(callsOf(fake, 'adopt')).toHaveLength(1))
    const reqs = callsOf(fake, 'adopt')[0]?.[0] as { id: string; secrets: object }[]
    expect(reqs.find((r) => r.id === 'jira')?.secrets).toEqual({ JIRA_SITE: 'made-up-key' })
    expect(document.body.textContent).not.toContain('made-up-key')
  })

  it('waits for a yes to each warning, and says so with the request', async () => {
    const fake = small()
    const preview = fake.previewAdopt
    const risk = { code: 'keys-file', text: 'This computer has no safe place for keys.', command: '' }
    fake.previewAdopt = async (req) => ({ ...(await preview(req)), risks: req.id === 'jira' ? [risk] : [] })
    const { user, sheet } = await chosen(fake)
    await sheet.findByText(risk.text)
    await user.click(sheet.getByRole('button', { name: 'Manage 3 servers' }))
    expect(callsOf(fake, 'adopt')).toEqual([])
    await user.click(sheet.getByRole('checkbox', { name: 'Keep them in a private file' }))
    await manage({ user, sheet }, 3)
    await waitFor(() => expect(callsOf(fake, 'adopt')).toHaveLength(1))
    const reqs = callsOf(fake, 'adopt')[0]?.[0] as { id: string; accept_risk: boolean }[]
    expect(reqs.map((r) => r.accept_risk)).toEqual([false, true, false])
  })

  it('leaves out a server that cannot be looked up, with the reason', async () => {
    const fake = small()
    const preview = fake.previewAdopt
    fake.previewAdopt = (req) =>
      req.id === 'jira' ? Promise.reject(someWords({ message: 'There is no package called jira.' })) : preview(req)
    const { sheet } = await chosen(fake)
    expect(await sheet.findByText('There is no package called jira.')).toBeVisible()
    expect(sheet.getByRole('checkbox', { name: 'Jira' })).toHaveAttribute('aria-disabled', 'true')
    expect(await sheet.findByRole('button', { name: 'Manage 2 servers' })).toBeVisible()
  })

  it('says why one did not work, asks what it needs, and tries again', async () => {
    const fake = small()
    fake.state.adoptFails = {
      jira: someWords({
        code: 'consent_needed',
        message: 'Toolbay needs your yes first.',
        needs: [{ kind: 'scripts', name: 'jira', text: 'Jira wants to run its own set-up.', flag: '--allow-scripts' }],
      }),
    }
    const { user, sheet } = await chosen(fake)
    await manage({ user, sheet }, 3)
    expect(await sheet.findByRole('heading', { name: '2 servers are managed now' })).toBeVisible()
    expect(sheet.getByText('It stays in your apps as it was.')).toBeVisible()
    await user.click(sheet.getByRole('checkbox', { name: 'Let it run its set-up program' }))
    await user.click(sheet.getByRole('button', { name: 'Try again Jira' }))
    await waitFor(() =>
      expect(callsOf(fake, 'adopt')[1]).toEqual([[{ id: 'jira', ...nothing, allow_scripts: true }], '']),
    )
    expect(await sheet.findByRole('heading', { name: '3 servers are managed now' })).toBeVisible()
  })

  it('asks about an app that runs before anything begins', async () => {
    const fake = small()
    fake.state.running = ['claude-desktop']
    const { user, sheet } = await chosen(fake)
    await manage({ user, sheet }, 3)
    await user.click(
      within(await screen.findByRole('dialog', { name: 'Claude Desktop is running' })).getByRole('button', {
        name: 'Close it',
      }),
    )
    await waitFor(() => expect(callsOf(fake, 'adopt').at(-1)?.at(-1)).toBe('close'))
  })

  it('is offered at the first start, which is over then', async () => {
    const fake = small()
    fake.state.firstRun.needed = true
    const { user } = open('/', fake)
    await user.click(await screen.findByRole('button', { name: 'Manage with Toolbay' }))
    const sheet = within(await screen.findByRole('dialog', { name: 'Manage with Toolbay' }))
    await manage({ user, sheet }, 3)
    await user.click(await sheet.findByRole('button', { name: 'Done' }))
    await waitFor(() => expect(callsOf(fake, 'finishFirstRun')).toHaveLength(1))
  })
})

describe('Giving back', () => {
  it('shows the entries as they were, asks about a key that comes back, and can be undone', async () => {
    const fake = small()
    const server = fake.state.servers.find((s) => s.settings.some((x) => x.secret && x.set))
    if (!server) throw new Error('no server with a key')
    server.adopted = true
    const { user } = open('/installed', fake)
    await user.click(await screen.findByRole('button', { name: `More for ${server.title}` }))
    await user.click(await screen.findByRole('menuitem', { name: 'Give back to its apps' }))
    const ask = within(await screen.findByRole('dialog', { name: `Give ${server.title} back?` }))
    await ask.findByText(/puts the key there again/)
    await user.click(ask.getByRole('button', { name: 'Give back' }))
    expect(callsOf(fake, 'giveBack')).toEqual([])
    await user.click(ask.getByRole('checkbox', { name: 'Let the key stand readable again' }))
    await user.click(ask.getByRole('button', { name: 'Give back' }))
    await waitFor(() => expect(callsOf(fake, 'giveBack')).toEqual([[server.id, true, '']]))
    expect(await screen.findByText(`${server.title} stands in its apps as before.`)).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(callsOf(fake, 'undo')).toHaveLength(1))
  })

  it('is offered for servers that were taken over only', async () => {
    const fake = small()
    const [first] = fake.state.servers
    const { user } = open('/installed', fake)
    await user.click(await screen.findByRole('button', { name: `More for ${first?.title}` }))
    await screen.findByRole('menuitem', { name: 'Remove' })
    expect(screen.queryByRole('menuitem', { name: 'Give back to its apps' })).toBeNull()
  })
})
