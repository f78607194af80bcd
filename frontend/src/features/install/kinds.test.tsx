import { screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import type { InputField, InstallOffer } from '@/backend'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, open } from '@/test/render'

const memory = 'io.github.model-context-protocol/memory'
const offer = (more: Partial<InstallOffer>): InstallOffer => ({ ...makeFake().state.offer, ...more })
const folders: InputField = {
  key: 'allowed',
  label: 'Folders it may open',
  description: '',
  required: true,
  secret: false,
  format: 'folder',
  default: '',
  placeholder: '',
  choices: [],
  link: '',
  multiple: true,
  min: null,
  max: null,
  given: false,
}

async function get(name: string, options: Parameters<typeof open>[1] = {}) {
  const view = open('/', options)
  await view.user.click(await screen.findByRole('button', { name: `Get ${name}` }))
  const sheet = within(await screen.findByRole('dialog'))
  return { ...view, sheet }
}

describe('the install sheet of any kind', () => {
  it('names the way it takes with its reason, and lets another be chosen', async () => {
    const { user, sheet, fake } = await get('Notion')
    expect(await sheet.findByText('Recommended because it works in all your apps.')).toBeVisible()
    await user.click(sheet.getByRole('button', { name: '1 other way' }))
    await user.click(sheet.getByRole('radio', { name: /Online service/ }))
    expect(await sheet.findByText('Runs online')).toBeVisible()
    expect(callsOf(fake, 'installOffer')).toContainEqual(['io.github.notion-labs/notion', 1])
  })

  it('keeps what was typed when another way is taken', async () => {
    const { user, sheet } = await get('Notion')
    await user.type(await sheet.findByLabelText(/Notion key/), 'ntn_1')
    await user.click(sheet.getByRole('button', { name: '1 other way' }))
    await user.click(sheet.getByRole('radio', { name: /Online service/ }))
    expect(await sheet.findByText('Runs online')).toBeVisible()
    expect(sheet.getByLabelText(/Notion key/)).toHaveValue('ntn_1')
  })

  it('asks before it fetches a bundle to look at it', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    const line = 'Fetch the bundle from example.com (2.0 MB) to look at what it holds and asks.'
    const needs = [{ kind: 'download' as const, name: 'example.com', text: line, flag: '--yes' }]
    fake.fail('installOffer', someWords({ code: 'consent_needed', message: 'Toolbay needs your yes first.', needs }))
    const { user, sheet } = await get('Notion', fake)
    expect(await sheet.findByText(line)).toBeVisible()
    expect(callsOf(fake, 'fetchBundle')).toHaveLength(0)
    expect(sheet.getByText('The bundle must be here before Install.')).toBeVisible()
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    expect(callsOf(fake, 'install')).toHaveLength(0)
    fake.fail('installOffer', undefined)
    await user.click(sheet.getByRole('button', { name: 'Fetch it and look' }))
    await waitFor(() => expect(sheet.queryByText(line)).not.toBeInTheDocument())
    expect(callsOf(fake, 'fetchBundle')).toHaveLength(1)
    expect(sheet.queryByText('The bundle must be here before Install.')).toBeNull()
  })

  it('says what is missing on this computer and opens the other ways', async () => {
    const fake = makeFake({ listings: makeListings(0) })
    fake.fail('installOffer', someWords({ code: 'engine_missing', message: 'Docker is not here.', action: '' }))
    const { sheet } = await get('Browser', fake)
    expect(await sheet.findByText('Docker is not here.')).toBeVisible()
    expect(sheet.getByText('Or get it another way:')).toBeVisible()
    expect(sheet.getByRole('radio', { name: /In Docker/ })).toBeEnabled()
  })

  it('lists every program that is fetched first, with its size', async () => {
    const downloads = [
      { name: 'x', text: 'The server itself', bytes: 1_200_000 },
      { name: 'uv', text: 'The program that fetches it', bytes: 22_000_000 },
      { name: 'python', text: 'Python, which runs it', bytes: 30_000_000 },
    ]
    const { sheet } = await get('Memory', { offer: offer({ downloads, bytes: 53_200_000 }) })
    expect(await sheet.findByText('Downloads 53 MB')).toBeVisible()
    expect(sheet.getByText('Python, which runs it: 30 MB')).toBeVisible()
  })

  it('wants each risk agreed to by itself and shows a command as text', async () => {
    const risks = [
      { code: 'unsigned', text: 'Nobody has signed this file.', command: '' },
      { code: 'command', text: 'It starts another program.', command: 'npx -y "some server" --all' },
    ]
    const { user, sheet, fake, container } = await get('Memory', { offer: offer({ risks }) })
    expect(await sheet.findByText('npx -y "some server" --all')).toBeVisible()
    expect(sheet.getByText('Please read the warning and agree to it.')).toBeVisible()
    await user.click(sheet.getByRole('checkbox', { name: 'I trust where it comes from' }))
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    expect(callsOf(fake, 'install')).toEqual([])
    await user.click(sheet.getByRole('checkbox', { name: 'Let it run exactly this' }))
    const { violations } = await axe.run(container.ownerDocument.body, {
      rules: { 'color-contrast': { enabled: false } },
    })
    expect(violations.map((v) => v.id)).toEqual([])
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    await waitFor(() => expect(callsOf(fake, 'install')[0]?.[0]).toMatchObject({ accept_risk: true }))
  })

  it('asks what only came out on trying, and starts again with the yes', async () => {
    const words = someWords({
      code: 'consent_needed',
      message: 'Toolbay needs your yes first.',
      needs: [{ kind: 'risk', name: 'mount-write', text: 'It could change Documents.', flag: '--accept-risk' }],
    })
    const { user, sheet, fake } = await get('Memory', { installFails: { [memory]: words } })
    await user.click(await sheet.findByRole('button', { name: 'Install' }))
    await user.click(await screen.findByRole('checkbox', { name: 'Let it change what is in there' }))
    await user.click(screen.getByRole('button', { name: 'Install' }))
    await waitFor(() => expect(callsOf(fake, 'install')[1]?.[0]).toMatchObject({ accept_risk: true }))
  })

  it('asks what only the package itself knows, also for several folders', async () => {
    const { user, sheet, fake } = await get('Notion', {
      offer: offer({ own_inputs: true, inputs: [folders], title: 'Own name' }),
    })
    const first = await sheet.findByLabelText('Folders it may open')
    expect(sheet.queryByLabelText(/Notion key/)).toBeNull()
    await user.type(first, '/a')
    await user.click(sheet.getByRole('button', { name: 'Add another' }))
    await user.type(sheet.getByLabelText('Folders it may open, number 2'), '/b')
    await user.click(sheet.getByRole('button', { name: 'Add another' }))
    await user.click(sheet.getByRole('button', { name: 'Take out number 3 of Folders it may open' }))
    await user.click(sheet.getByRole('button', { name: 'Install' }))
    await waitFor(() => expect(callsOf(fake, 'install')[0]?.[0]).toMatchObject({ answers: { allowed: '/a\n/b' } }))
  })
})
