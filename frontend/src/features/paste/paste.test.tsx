import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'
import { looksPasted } from './paste-sheet'

const line = 'npx -y @github/github-mcp --token ghp_abcdefghijklmnop'

async function box(options: Parameters<typeof open>[1] = {}) {
  const view = open('/', options)
  await view.user.click(await screen.findByRole('button', { name: 'Paste' }))
  await screen.findByRole('dialog', { name: 'Paste anything' })
  return view
}

describe('the paste box', () => {
  it('looks at once through what is pasted, names keys and shows none', async () => {
    const { user, fake, container } = await box()
    await user.click(screen.getByRole('textbox'))
    await user.paste(line)
    const found = within(await screen.findByRole('dialog', { name: '2 servers found' }))
    expect(found.getByText('GitHub key came with it and goes to the keychain.')).toBeVisible()
    expect(found.getByText('Known in Discover as GitHub.')).toBeVisible()
    expect(found.getByText('It asks for a folder to work in. Toolbay leaves that out.')).toBeVisible()
    expect(container.ownerDocument.body.innerHTML).not.toContain('ghp_')
    expect(callsOf(fake, 'paste')).toEqual([[line]])
    expect(callsOf(fake, 'install')).toEqual([])
    const { violations } = await axe.run(container.ownerDocument.body, {
      rules: { 'color-contrast': { enabled: false } },
    })
    expect(violations.map((v) => v.id)).toEqual([])
  })

  it('leads each one to the install sheet, where nothing starts by itself', async () => {
    const { user, fake } = await box()
    await user.click(screen.getByRole('textbox'))
    await user.paste(line)
    await user.click(await screen.findByRole('button', { name: 'Review Shop reports' }))
    expect(await screen.findByRole('dialog', { name: 'Install Shop reports' })).toBeVisible()
    expect(callsOf(fake, 'installForm')).toContainEqual(['paste:2', -1])
    expect(callsOf(fake, 'install')).toEqual([])
  })

  it('says when there is no server in it, and when it could not look', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    const { user } = await box(fake)
    await user.type(screen.getByRole('textbox'), 'hello')
    await user.click(screen.getByRole('button', { name: 'Look through it' }))
    expect(await screen.findByText('No server was found in it.')).toBeVisible()
    fake.fail('paste', someWords({ message: 'That is too much text.' }))
    await user.click(screen.getByRole('textbox'))
    await user.paste('npx x')
    await waitFor(() => expect(screen.getByRole('textbox')).toHaveValue('npx x'))
    expect(await screen.findByRole('alert')).toHaveTextContent('That is too much text.')
  })

  it('opens from the search field for text that is no search word', async () => {
    const { user } = open('/')
    await user.click(await screen.findByRole('searchbox'))
    await user.paste('weather')
    expect(screen.getByRole('searchbox')).toHaveValue('weather')
    await user.clear(screen.getByRole('searchbox'))
    await user.paste(line)
    expect(await screen.findByRole('dialog', { name: '2 servers found' })).toBeVisible()
    expect(screen.getByRole('searchbox', { hidden: true })).toHaveValue('')
  })

  it('is offered for a command that was typed into the search field', async () => {
    const { user } = open('/')
    const field = await screen.findByRole('searchbox')
    await user.type(field, 'npx -y none-has-this')
    expect(await screen.findByText('This looks like a server’s setup, not like words to search for.')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Set up this server' }))
    expect(await screen.findByRole('dialog', { name: '2 servers found' })).toBeVisible()
    await user.keyboard('{Escape}')
    await user.type(field, '{Enter}')
    expect(await screen.findByRole('dialog', { name: '2 servers found' })).toBeVisible()
  })

  it('opens from Installed too', async () => {
    const { user } = open('/installed')
    await user.click(await screen.findByRole('button', { name: 'Add from text' }))
    expect(await screen.findByRole('dialog', { name: 'Paste anything' })).toBeVisible()
  })
})

describe('what the desktop hands over', () => {
  it('opens a file in the install sheet, also when it came before the page', async () => {
    open('/', { opened: [{ ref: 'mcpb:/home/maria/notes.mcpb', kind: 'file' }] })
    expect(await screen.findByRole('dialog', { name: 'Install notes.mcpb' })).toBeVisible()
  })

  it('looks through a link', async () => {
    const { fake } = open('/')
    await screen.findByRole('searchbox')
    fake.sendOpen({ ref: 'toolbay://install?name=github', kind: 'link' })
    expect(await screen.findByRole('dialog', { name: '2 servers found' })).toBeVisible()
  })

  it('takes files dropped anywhere, and only those that are bundles', async () => {
    const { fake } = open('/apps')
    await screen.findByRole('heading', { name: 'Apps' })
    fake.sendDrop(['/home/maria/cat.png', '/home/maria/notes.dxt'])
    expect(await screen.findByRole('dialog', { name: 'Install notes.dxt' })).toBeVisible()
  })

  it('takes dropped text, and says so while it is over the window', async () => {
    open('/')
    await screen.findByRole('searchbox')
    const dataTransfer = { types: ['text/plain'], files: [], getData: () => line }
    fireEvent.dragEnter(document.body, { dataTransfer })
    expect(await screen.findByText('Drop it here')).toBeVisible()
    fireEvent.drop(document.body, { dataTransfer })
    expect(await screen.findByRole('dialog', { name: '2 servers found' })).toBeVisible()
    expect(screen.queryByText('Drop it here')).toBeNull()
  })
})

describe('a dropped file', () => {
  it('is taken also where the page is told of it as a list of addresses only', async () => {
    open('/')
    await screen.findByRole('searchbox')
    const dataTransfer = { types: ['text/uri-list'], files: [], getData: () => 'file:///home/maria/notes.mcpb' }
    expect(fireEvent.dragOver(document.body, { dataTransfer })).toBe(false)
    fireEvent.dragEnter(document.body, { dataTransfer })
    expect(await screen.findByText('Drop it here')).toBeVisible()
    fireEvent.drop(document.body, { dataTransfer })
    await waitFor(() => expect(screen.queryByText('Drop it here')).toBeNull())
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})

describe('a dropped file that is no bundle', () => {
  it('is read as text', async () => {
    const { fake } = open('/')
    await screen.findByRole('searchbox')
    const file = { name: 'mcp.json', size: 40, text: async () => '{"mcpServers":{}}' }
    fireEvent.drop(document.body, { dataTransfer: { types: ['Files'], files: [file], getData: () => '' } })
    expect(await screen.findByRole('dialog', { name: '2 servers found' })).toBeVisible()
    expect(callsOf(fake, 'paste')).toEqual([['{"mcpServers":{}}']])
  })
})

describe('text that is no search word', () => {
  it.each([
    ['weather', false],
    ['node', false],
    ['google calendar', false],
    ['npx -y x', true],
    ['https://github.com/a/b', true],
    ['{"mcpServers":{}}', true],
    ['a\nb', true],
  ] as const)('%s', (text, want) => expect(looksPasted(text)).toBe(want))
})
