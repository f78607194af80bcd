import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { InputField, Words } from '@/backend'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'

const notion = 'io.github.notion-labs/notion'
const memory = 'io.github.model-context-protocol/memory'

async function get(name: string, options: Parameters<typeof open>[1] = {}) {
  const view = open('/', options)
  await view.user.click(await screen.findByRole('button', { name: `Get ${name}` }))
  const sheet = within(await screen.findByRole('dialog'))
  return { ...view, sheet }
}

describe('the install sheet', () => {
  it('is two clicks from done when no key is needed', async () => {
    const { user, sheet, fake } = await get('Memory', { step: 5 })
    expect(await sheet.findByText('Downloads 35 MB')).toBeVisible()
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    expect(await screen.findByRole('heading', { name: 'Memory is ready' })).toBeVisible()
    expect(callsOf(fake, 'install')).toEqual([
      [
        {
          ref: memory,
          package: 0,
          name: 'memory',
          profile: '',
          answers: {},
          secrets: {},
          apps: ['claude-desktop', 'claude-code', 'vscode'],
          allow_scripts: false,
          accept_risk: false,
          closing: '',
        },
      ],
    ])
  })

  it('is pressed with Ctrl Enter from wherever the keyboard is', async () => {
    const { user, sheet, fake } = await get('Memory', { step: 5 })
    expect(await sheet.findByText('Downloads 35 MB')).toBeVisible()
    await user.keyboard('{Control>}{Enter}{/Control}')
    expect(await screen.findByRole('heading', { name: 'Memory is ready' })).toBeVisible()
    expect(callsOf(fake, 'install')).toHaveLength(1)
  })

  it('offers only apps whose file can be written, and says why not in words', async () => {
    const { sheet } = await get('Memory')
    expect(await sheet.findByRole('checkbox', { name: 'Claude Code' })).toBeChecked()
    const cursor = sheet.getByRole('checkbox', { name: 'Cursor' })
    expect(cursor).toHaveAttribute('aria-disabled', 'true')
    expect(cursor).toHaveAccessibleDescription('Cursor cannot read its settings file.')
    expect(sheet.queryByRole('checkbox', { name: 'Codex' })).toBeNull()
  })

  it('shows the exact change to a file when asked, with a word for each sign', async () => {
    const { user, sheet } = await get('Memory')
    await user.click(await sheet.findByRole('button', { name: /Show changes to Claude Code/ }))
    const figure = within(sheet.getByRole('figure'))
    expect(figure.getByText('~/.claude.json')).toBeVisible()
    expect(figure.getAllByText('added:')).toHaveLength(4)
    expect(figure.getAllByText('changed:')).toHaveLength(1)
    expect(sheet.getByText('Everything else in this file stays as it is.')).toBeVisible()
  })

  it('asks for required settings first and does not start without them', async () => {
    const { user, sheet, fake } = await get('Notion')
    const key = await sheet.findByLabelText(/Notion key/)
    const labels = sheet.getAllByRole('textbox').map((f) => f.getAttribute('id'))
    expect(labels.length).toBeGreaterThan(0)
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    expect(await sheet.findAllByText('Please fill this in.')).toHaveLength(2)
    expect(key).toBeInvalid()
    await waitFor(() => expect(key).toHaveFocus())
    expect(sheet.getByText('2 settings are still missing.')).toBeVisible()
    expect(callsOf(fake, 'install')).toEqual([])
  })

  it('hides a key, shows it when asked, and sends it apart from the answers', async () => {
    const { user, sheet, fake } = await get('Notion', { step: 5 })
    const key = await sheet.findByLabelText(/Notion key/)
    await user.type(key, 'ntn_1')
    expect(key).toHaveAttribute('type', 'password')
    await user.click(sheet.getByRole('button', { name: 'Show the key' }))
    expect(key).toHaveAttribute('type', 'text')
    await user.click(sheet.getByRole('button', { name: 'Choose the folder for Folder for downloads' }))
    expect(await sheet.findByDisplayValue('Documents › Notion files')).toBeVisible()
    await user.click(sheet.getByRole('button', { name: '3 more settings' }))
    await user.clear(sheet.getByLabelText(/Results per search/))
    await user.type(sheet.getByLabelText(/Results per search/), 'many')
    await user.click(sheet.getByRole('checkbox', { name: 'Only read, never change pages' }))
    await user.selectOptions(sheet.getByLabelText(/Region/), 'us')
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    expect(await sheet.findByText('This must be a number, such as 25.')).toBeVisible()
    await user.clear(sheet.getByLabelText(/Results per search/))
    await user.type(sheet.getByLabelText(/Results per search/), '50')
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    expect(await screen.findByRole('heading', { name: 'Notion is ready' })).toBeVisible()
    expect(callsOf(fake, 'install')[0]?.[0]).toMatchObject({
      answers: { DOWNLOADS: '/home/maria/Documents/Notion files', PAGE_SIZE: '50', READ_ONLY: 'true', REGION: 'us' },
      secrets: { NOTION_TOKEN: 'ntn_1' },
    })
  })

  it('opens the page where a key can be had in the browser', async () => {
    const { user, sheet, fake } = await get('Notion')
    await user.click(await sheet.findByRole('button', { name: /Where do I get it/ }))
    expect(callsOf(fake, 'openLink')).toEqual([['https://www.notion.so/my-integrations']])
  })

  it('names the real stages, lets the work go on in the background and be stopped', async () => {
    const { user, sheet, fake } = await get('Memory', { step: 40 })
    await user.click(await sheet.findByRole('button', { name: 'Install' }))
    expect(await screen.findByRole('heading', { name: 'Installing Memory' })).toBeVisible()
    expect(await screen.findByText('Kept inside Toolbay. Your system is untouched.')).toBeVisible()
    await waitFor(() => expect(screen.getByTestId('job-announcer')).toHaveTextContent('Memory: Fetching its program'))
    await user.click(screen.getByRole('button', { name: 'Continue in background' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(screen.getByRole('link', { name: /^Memory: .* Open Activity$/ })).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Cancel Memory' }))
    expect(callsOf(fake, 'cancelJob')).toHaveLength(1)
    await waitFor(() => expect(screen.getByTestId('job-announcer')).toHaveTextContent('Memory was stopped.'))
    expect(await screen.findByRole('button', { name: 'Get Memory' })).toBeVisible()
  })

  it('keeps what was typed when an install fails, and says what happened and what to do', async () => {
    const words = someWords({
      code: 'start_exited',
      message: 'Notion stopped right after it started.',
      hint: 'Its key may be wrong.',
    })
    const { user, sheet } = await get('Notion', { installFails: { [notion]: words } })
    await user.type(await sheet.findByLabelText(/Notion key/), 'ntn_1')
    await user.type(sheet.getByRole('textbox', { name: /Folder for downloads/ }), '/tmp/x')
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('Notion stopped right after it started.')
    expect(screen.getByLabelText(/Notion key/)).toHaveValue('ntn_1')
    expect(screen.getByRole('textbox', { name: /Folder for downloads/ })).toHaveValue('tmp › x')
  })

  it('names what must be agreed to when the Go side asks for it', async () => {
    const words = someWords({
      code: 'consent_needed',
      message: 'Toolbay needs your yes first.',
      needs: [{ kind: 'scripts', name: 'notion', text: 'Run its set-up program.', flag: '--allow-scripts' }],
    })
    const { user, sheet } = await get('Memory', { installFails: { [memory]: words } })
    await user.click(await sheet.findByRole('button', { name: 'Install' }))
    expect(await screen.findByText('Run its set-up program.')).toBeVisible()
  })

  it('does not start while the plan is unknown, and says so', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('installOffer', someWords())
    const { user, sheet } = await get('Memory', fake)
    expect(await sheet.findByText('The package service did not answer.')).toBeVisible()
    expect(sheet.getByText('The plan must be known before Install.')).toBeVisible()
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    expect(callsOf(fake, 'install')).toEqual([])
    fake.fail('installOffer', undefined)
    await user.click(sheet.getByRole('button', { name: 'Try again' }))
    expect(await sheet.findByText('Downloads 35 MB')).toBeVisible()
  })

  it('says when its own form cannot be had', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('installForm', someWords({ message: 'This server is gone.' }))
    const { sheet } = await get('Memory', fake)
    expect(await sheet.findByRole('alert')).toHaveTextContent('This server is gone.')
  })

  it('wants a warning read before it installs', async () => {
    const { user, sheet, fake } = await get('Browser')
    await user.click(await sheet.findByRole('button', { name: 'Install' }))
    expect(sheet.getByText('Please read the warning and agree to it.')).toBeVisible()
    expect(callsOf(fake, 'install')).toEqual([])
    await user.click(sheet.getByRole('checkbox', { name: 'I understand and want it' }))
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    await waitFor(() => expect(callsOf(fake, 'install')[0]?.[0]).toMatchObject({ accept_risk: true }))
  })

  it('leaves set-up programs off unless they are allowed', async () => {
    const offer = { ...makeFake().state.offer, downloads: [], bytes: 0, scripts: true }
    const { user, sheet, fake } = await get('Memory', { offer })
    await user.click(await sheet.findByRole('checkbox', { name: 'Let it run its set-up program' }))
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    await waitFor(() => expect(callsOf(fake, 'install')[0]?.[0]).toMatchObject({ allow_scripts: true }))
  })

  it('explains a missing keychain and keeps keys in a file only after a yes', async () => {
    const keysProblem: Words = someWords({ code: 'keychain_absent', message: 'This computer has no keychain.' })
    const { user, sheet, fake } = await get('Notion', { keysProblem })
    expect(await sheet.findByText('This computer has no keychain.')).toBeVisible()
    expect(sheet.getByText('First choose where keys are kept.')).toBeVisible()
    await user.click(sheet.getByRole('button', { name: 'Keep keys in a private file' }))
    expect(callsOf(fake, 'setSetting')).toEqual([['keys', 'file']])
    expect(await sheet.findByText(/Kept in a file only your account can read/)).toBeVisible()
    expect(sheet.queryByText('This computer has no keychain.')).toBeNull()
  })

  it('ends with a question to copy, what to restart, and the way back', async () => {
    const { user, fake } = await get('Memory', { step: 5 })
    await user.click(await screen.findByRole('button', { name: 'Install' }))
    const done = within(await screen.findByRole('dialog', { name: 'Memory is ready' }))
    expect(done.getByText('It said hello after 0.8 seconds and brought 1 tool.')).toBeVisible()
    expect(done.getByText('Sees new servers after a restart.')).toBeVisible()
    await user.click(done.getByRole('button', { name: 'Copy' }))
    expect(await navigator.clipboard.readText()).toBe('What can Memory do for me?')
    expect(await done.findByText('Copied')).toBeVisible()
    await user.click(done.getByRole('button', { name: 'Undo this install' }))
    expect(await screen.findByText('Memory is gone again.')).toBeVisible()
    expect(callsOf(fake, 'removeServers')).toEqual([[['memory'], false, '']])
  })

  it('closes with Escape, gives the focus back and changes nothing', async () => {
    const { user, fake } = await get('Notion')
    await user.type(await screen.findByLabelText(/Notion key/), 'ntn_1')
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(screen.getByRole('button', { name: 'Get Notion' })).toHaveFocus()
    expect(callsOf(fake, 'install')).toEqual([])
    await user.keyboard('{Enter}')
    expect(await screen.findByLabelText(/Notion key/)).toHaveValue('ntn_1')
  })

  it('treats text of a listing as text, also in labels', async () => {
    const input: InputField = {
      key: 'X',
      label: '<b>X</b>',
      description: '<i>no</i>',
      required: true,
      secret: false,
      format: 'string',
      default: '',
      placeholder: '',
      choices: [],
      link: 'javascript:alert(1)',
      multiple: false,
      min: null,
      max: null,
      given: false,
    }
    const { sheet } = await get('Memory', { inputs: { [memory]: [input] } })
    expect(await sheet.findByLabelText('<b>X</b>')).toBeVisible()
    expect(sheet.getByText('<i>no</i>')).toBeVisible()
    expect(sheet.queryByRole('button', { name: /Where do I get it/ })).toBeNull()
  })
})
