import { screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'

const small = () => makeFake({ listings: makeListings(0) })

async function opened(fake = small()) {
  const view = open('/profiles', fake)
  await screen.findByRole('table')
  const first = fake.state.profiles[0]
  if (!first?.contents[0]) throw new Error('the fake has no profile')
  return { ...view, fake, first, server: first.contents[0] }
}

const dialog = async (name: string | RegExp) => within(await screen.findByRole('dialog', { name }))

describe('Profiles', () => {
  it('shows which app gets which server, and axe finds nothing', async () => {
    const { container, server } = await opened()
    expect(screen.getByRole('columnheader', { name: 'VS Code' })).toBeVisible()
    expect(screen.getByRole('checkbox', { name: `${server.title} in Claude Desktop` })).toBeChecked()
    expect(screen.getByRole('checkbox', { name: `${server.title} in Claude Code` })).not.toBeChecked()
    expect(screen.getByRole('region', { name: 'Room for tools' })).toHaveTextContent(/of 128 tools/)
    const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } })
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([])
  })

  it('is gone through with arrow keys; Space turns a server on in an app', async () => {
    const { user, fake, first, server } = await opened()
    const start = screen.getByRole('checkbox', { name: `${server.title} in Claude Desktop` })
    expect(screen.getAllByRole('checkbox').filter((c) => c.tabIndex === 0)).toEqual([start])
    start.focus()
    await user.keyboard('{ArrowRight}')
    const next = screen.getByRole('checkbox', { name: `${server.title} in Claude Code` })
    expect(next).toHaveFocus()
    await user.keyboard('{ArrowDown}{ArrowUp}')
    expect(next).toHaveFocus()
    await user.keyboard(' ')
    await waitFor(() => expect(next).toBeChecked())
    expect(callsOf(fake, 'profileCell')).toEqual([[first.id, server.server, 'claude-code', true, '']])
    await user.click(await screen.findByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(callsOf(fake, 'undo')).toHaveLength(1))
  })

  it('asks before it changes the file of an app that runs', async () => {
    const fake = small()
    fake.state.running = ['claude-desktop']
    const { user, server } = await opened(fake)
    await user.click(screen.getByRole('checkbox', { name: `${server.title} in Claude Desktop` }))
    await user.click((await dialog('Claude Desktop is running')).getByRole('button', { name: 'Close it' }))
    await waitFor(() => expect(callsOf(fake, 'profileCell').at(-1)?.at(-1)).toBe('close'))
  })

  it('lets some tools of a server be used only; the cell says so', async () => {
    const { user, fake, first } = await opened()
    const has = first.contents.find((c) => c.known > 1)
    const tools = fake.state.servers.find((s) => s.id === has?.server)?.tools ?? []
    if (!has || !tools[0]) throw new Error('no server with tools')
    await user.click(screen.getByRole('button', { name: `All ${has.known} tools ${has.title}` }))
    const pick = await dialog(`Choose tools of ${has.title}`)
    await user.click(pick.getByRole('checkbox', { name: tools[0].title || tools[0].name }))
    await user.click(pick.getByRole('button', { name: 'Save' }))
    const rest = tools.slice(1).map((x) => x.name)
    await waitFor(() => expect(callsOf(fake, 'profileTools')).toEqual([[first.id, has.server, rest, '']]))
    await waitFor(() =>
      expect(screen.getByRole('checkbox', { name: `${has.title} in Claude Desktop` })).toHaveAttribute(
        'aria-checked',
        'mixed',
      ),
    )
  })

  it('says what an app cannot use, and turns nothing on there', async () => {
    const fake = small()
    const why = 'Your organisation decides which servers VS Code may use.'
    for (const c of fake.state.profiles[0]?.contents ?? []) c.cannot = { vscode: why }
    const { user, server } = await opened(fake)
    const cell = screen.getByRole('checkbox', { name: `${server.title} in VS Code` })
    expect(cell).not.toBeChecked()
    expect(cell).toHaveAttribute('aria-disabled', 'true')
    expect(cell).toHaveAccessibleDescription(why)
    await user.click(cell)
    cell.focus()
    await user.keyboard(' {ArrowLeft}')
    expect(screen.getByRole('checkbox', { name: `${server.title} in Claude Code` })).toHaveFocus()
    expect(callsOf(fake, 'profileCell')).toEqual([])
    expect(screen.getByText('This app cannot use it')).toBeVisible()
  })

  it('tells what the chosen tools cost in every chat', async () => {
    const fake = small()
    const { user, first } = await opened(fake)
    const has = first.contents.find((c) => c.known > 1)
    const tools = fake.state.servers.find((s) => s.id === has?.server)?.tools ?? []
    if (!has || !tools[0]) throw new Error('no server with tools')
    await user.click(screen.getByRole('button', { name: `All ${has.known} tools ${has.title}` }))
    const pick = await dialog(`Choose tools of ${has.title}`)
    expect(pick.getByText(`${has.known} tools, about ${has.known * 120} tokens in every chat`)).toBeVisible()
    await user.click(pick.getByRole('checkbox', { name: tools[0].title || tools[0].name }))
    expect(pick.getByText(new RegExp(`${(has.known - 1) * 120} tokens`))).toBeVisible()
  })

  it('takes servers in and out', async () => {
    const { user, fake, first, server } = await opened()
    await user.click(screen.getByRole('button', { name: `Take ${server.title} out of Work` }))
    await waitFor(() => expect(callsOf(fake, 'removeFromProfile')).toEqual([[first.id, [server.server], '']]))
    await user.click(await screen.findByRole('button', { name: 'Add a server' }))
    const add = await dialog('Add servers to Work')
    await user.click(await add.findByRole('checkbox', { name: server.title }))
    await user.click(add.getByRole('button', { name: 'Add 1 server' }))
    await waitFor(() => expect(callsOf(fake, 'addToProfile')).toEqual([[first.id, [server.server], '']]))
  })

  it('makes, renames, copies and deletes profiles', async () => {
    const { user, fake } = await opened()
    await user.click(screen.getByRole('button', { name: 'New profile' }))
    await user.type((await dialog('New profile')).getByRole('textbox', { name: 'Name' }), 'Acme{Enter}')
    expect(await screen.findByText('No server is in Acme yet.')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'More about Acme' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Rename' }))
    const name = (await dialog('Rename Acme')).getByRole('textbox', { name: 'Name' })
    await user.clear(name)
    await user.type(name, 'Shop{Enter}')
    await waitFor(() => expect(callsOf(fake, 'renameProfile')).toEqual([['acme', 'Shop']]))
    await user.click(await screen.findByRole('button', { name: 'More about Shop' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Duplicate' }))
    await user.type((await dialog('Copy Shop')).getByRole('textbox', { name: 'Name' }), 'Attic{Enter}')
    await waitFor(() => expect(callsOf(fake, 'createProfile').at(-1)).toEqual(['Attic', 'acme']))
    await user.click(await screen.findByRole('button', { name: 'Shop' }))
    await user.click(await screen.findByRole('button', { name: 'More about Shop' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Delete' }))
    expect(await screen.findByText('Shop is deleted.')).toBeVisible()
    expect(screen.getAllByRole('button', { name: 'Undo' }).length).toBeGreaterThan(0)
    expect(callsOf(fake, 'deleteProfile')).toEqual([['acme']])
  })

  it('are chosen from a list when there are many, and the one in use is not deleted', async () => {
    const fake = small()
    const home = fake.state.profiles[1]
    if (!home) throw new Error('the fake has no second profile')
    for (let i = 1; i <= 9; i++)
      fake.state.profiles.push({ ...structuredClone(home), id: `c${i}`, name: `Client ${i}` })
    const { user } = await opened(fake)
    await user.click(screen.getByRole('button', { name: 'More about Work' }))
    expect(await screen.findByRole('menuitem', { name: 'Delete' })).toHaveAttribute('aria-disabled', 'true')
    await user.keyboard('{Escape}')
    await user.click(screen.getByRole('button', { name: 'Your profiles, Work, In use' }))
    await user.click(await screen.findByRole('menuitemradio', { name: 'Client 9' }))
    expect(await screen.findByRole('button', { name: 'Your profiles, Client 9' })).toBeVisible()
    expect(callsOf(fake, 'switchProfile')).toEqual([])
  })

  it('says in the dialog why a name cannot be had', async () => {
    const { user, fake } = await opened()
    fake.fail('createProfile', someWords({ message: 'There is already a profile called Home.' }))
    await user.click(screen.getByRole('button', { name: 'New profile' }))
    const made = await dialog('New profile')
    await user.type(made.getByRole('textbox', { name: 'Name' }), 'Home{Enter}')
    expect(await made.findByRole('alert')).toHaveTextContent('There is already a profile called Home.')
  })

  it('links a folder after showing what is written there, and unlinks it', async () => {
    const { user, fake, first } = await opened()
    await user.click(screen.getByRole('button', { name: 'Link a folder' }))
    const link = await dialog(/^Link Documents/)
    expect(link.queryByText(/\.mcp\.json/)).toBeNull()
    await user.click(await link.findByRole('button', { name: /^Show changes in/ }))
    expect(link.getAllByText(/\.mcp\.json/)[0]).toBeVisible()
    expect(callsOf(fake, 'linkFolder')).toEqual([])
    await user.click(link.getByRole('button', { name: 'Link' }))
    const folder = '/home/maria/Documents/Notion files'
    await waitFor(() => expect(callsOf(fake, 'linkFolder')).toEqual([[first.id, folder]]))
    await user.click(await screen.findByRole('button', { name: 'Unlink Documents › Notion files' }))
    await waitFor(() => expect(callsOf(fake, 'unlinkFolder')).toEqual([[first.id, folder]]))
  })

  it('writes a file for others', async () => {
    const { user } = await opened()
    await user.click(screen.getByRole('button', { name: 'Share without keys' }))
    expect(await screen.findByText('Work is in Work.json, without its keys.')).toBeVisible()
  })
})

describe('Switching', () => {
  it('starts from every screen, shows what changes, and can be undone', async () => {
    const fake = small()
    const { user } = open('/apps', fake)
    ;(await screen.findByRole('button', { name: 'Work, Profile in use' })).focus()
    await user.keyboard('{Enter}')
    await user.click(await screen.findByRole('menuitemradio', { name: 'Home' }))
    const ask = await dialog('Switch to Home?')
    expect(await ask.findByText(/Sees new servers after a restart/)).toBeVisible()
    expect(ask.queryByText('added:')).toBeNull()
    await user.click(ask.getByRole('button', { name: /^Show changes in/ }))
    expect((await ask.findAllByText('added:')).length).toBeGreaterThan(0)
    expect(callsOf(fake, 'switchProfile')).toEqual([])
    const { violations } = await axe.run(document.body, {
      rules: {
        'color-contrast': { enabled: false },
        'aria-hidden-focus': { enabled: false },
        region: { enabled: false },
      },
    })
    expect(violations.map((v) => v.id)).toEqual([])
    await user.click(ask.getByRole('button', { name: 'Switch to Home' }))
    expect(await screen.findByRole('button', { name: 'Home, Profile in use' })).toBeVisible()
    expect(callsOf(fake, 'switchProfile')).toEqual([['home', [], '']])
    await user.click(await screen.findByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(callsOf(fake, 'undo')).toHaveLength(1))
  })

  it('leaves out an app whose file is in the way when it is told to', async () => {
    const fake = small()
    const needs = [
      { kind: 'skip' as const, name: 'cursor', text: 'Cursor cannot read its file.', flag: '--skip cursor' },
    ]
    fake.fail('previewSwitch', someWords({ code: 'apps_in_the_way', message: 'Cursor cannot be changed.', needs }))
    const { user } = open('/profiles', fake)
    await user.click(await screen.findByRole('button', { name: 'Home' }))
    await user.click(await screen.findByRole('button', { name: 'Switch to Home' }))
    const ask = await dialog('Switch to Home?')
    expect(await ask.findByRole('alert')).toHaveTextContent('Cursor cannot be changed.')
    fake.fail('previewSwitch', undefined)
    await user.click(ask.getByRole('button', { name: 'Leave Cursor as it is' }))
    await waitFor(() => expect(callsOf(fake, 'previewSwitch').at(-1)).toEqual(['home', ['cursor']]))
    await ask.findByRole('button', { name: /^Show changes in/ })
    await user.click(ask.getByRole('button', { name: 'Switch to Home' }))
    await waitFor(() => expect(callsOf(fake, 'switchProfile')).toEqual([['home', ['cursor'], '']]))
  })
})
