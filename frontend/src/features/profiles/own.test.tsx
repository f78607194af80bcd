import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { makeFake, someWords } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'
import { callsOf, fill, open } from '@/test/render'

/** A fake whose second profile has a server with a key and a setting. */
function fakeWithKey() {
  const fake = makeFake({ listings: makeListings(0) })
  const server = fake.state.servers[0]
  const home = fake.state.profiles.find((p) => p.id === 'home')
  if (!server || !home) throw new Error('the fake has no second profile')
  server.settings = [
    { key: 'DATABASE_URI', label: 'Database address', secret: true, set: true, value: '' },
    { key: 'SCHEMA', label: 'Schema', secret: false, set: true, value: 'public' },
  ]
  return { fake, server }
}

async function opened(fake: ReturnType<typeof fakeWithKey>['fake'], title: string, word = 'As everywhere') {
  const view = open('/profiles', fake)
  await view.user.click(await screen.findByRole('button', { name: 'Home' }))
  await view.user.click(await screen.findByRole('button', { name: `${word} ${title}` }))
  const dialog = within(await screen.findByRole('dialog', { name: `${title} in Home` }))
  await dialog.findByText('Database address')
  return { ...view, dialog }
}

describe('Own settings of a profile', () => {
  it('gives a profile a key and a setting of its own, and the row says so', async () => {
    const { fake, server } = fakeWithKey()
    const { user, dialog } = await opened(fake, server.title)
    expect(dialog.getByText('As everywhere: its key is kept safe')).toBeVisible()
    expect(dialog.getByText('As everywhere: public')).toBeVisible()
    await user.click(dialog.getByRole('button', { name: 'Change here for Database address' }))
    await user.click(dialog.getByRole('button', { name: 'Save' }))
    expect(dialog.getByRole('status')).toHaveTextContent('1 field is still missing.')
    await fill(user, dialog.getByLabelText('Database address'), 'made-up-address')
    await user.click(dialog.getByRole('button', { name: 'Change here for Schema' }))
    await user.clear(dialog.getByLabelText('Schema'))
    await user.type(dialog.getByLabelText('Schema'), 'shop')
    await user.click(dialog.getByRole('button', { name: 'Save' }))
    await waitFor(() =>
      expect(callsOf(fake, 'setInProfile')).toEqual([
        [
          {
            profile: 'home',
            server: server.id,
            answers: { SCHEMA: 'shop' },
            secrets: { DATABASE_URI: 'made-up-address' },
            unset: [],
            accept_risk: false,
          },
          '',
        ],
      ]),
    )
    expect(await screen.findByRole('button', { name: `Own key and settings ${server.title}` })).toBeVisible()
    expect(document.body.textContent).not.toContain('made-up-address')
  })

  it('makes them the same as everywhere again; a key that stays is not asked for', async () => {
    const { fake, server } = fakeWithKey()
    const has = fake.state.profiles.find((p) => p.id === 'home')?.contents[0]
    Object.assign(has ?? {}, { keys: ['DATABASE_URI'], answers: { SCHEMA: 'shop' } })
    const { user, dialog } = await opened(fake, server.title, 'Own key and settings')
    expect(dialog.getByLabelText('Schema')).toHaveValue('shop')
    expect(dialog.getByLabelText('Database address')).toHaveValue('')
    await user.click(dialog.getByRole('button', { name: 'Same as everywhere for Schema' }))
    await user.click(dialog.getByRole('button', { name: 'Save' }))
    await waitFor(() =>
      expect(callsOf(fake, 'setInProfile')[0]?.[0]).toMatchObject({ answers: {}, secrets: {}, unset: ['SCHEMA'] }),
    )
    expect(await screen.findByRole('button', { name: `Own key ${server.title}` })).toBeVisible()
  })

  it('asks before keys go to a file, and says what is wrong', async () => {
    const { fake, server } = fakeWithKey()
    const risk = { kind: 'risk' as const, name: 'keys-file', text: 'No safe place for keys is here.', flag: '' }
    fake.fail('setInProfile', someWords({ code: 'consent_needed', message: 'Toolbay needs your yes.', needs: [risk] }))
    const { user, dialog } = await opened(fake, server.title)
    await user.click(dialog.getByRole('button', { name: 'Change here for Database address' }))
    await fill(user, dialog.getByLabelText('Database address'), 'made-up')
    await user.click(dialog.getByRole('button', { name: 'Save' }))
    expect(await dialog.findByText(risk.text)).toBeVisible()
    fake.fail('setInProfile', undefined)
    await user.click(dialog.getByRole('checkbox', { name: 'Keep them in a private file' }))
    await user.click(dialog.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(callsOf(fake, 'setInProfile').at(-1)?.[0]).toMatchObject({ accept_risk: true }))
  })

  it('is not there for the profile that has the servers own settings', async () => {
    const { fake } = fakeWithKey()
    open('/profiles', fake)
    expect(await screen.findByText(/Work has each server’s own settings/)).toBeVisible()
    expect(screen.queryByRole('columnheader', { name: 'Settings here' })).toBeNull()
  })
})
