// Journey E and H in the real window, by keyboard: two sets of servers, one
// switch for all apps at once, a project's folder, and a file for a colleague.
// Pictures are kept in build/bin/shots.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { machine, until } from './machine.mjs'
import { real } from './real.mjs'

const cursor = '.cursor/mcp.json'
const vscode = '.config/Code/User/mcp.json'

const key = 'invented-key-5d1c9a77'

let m
let w

before(async () => {
  m = machine()
  const apps = ['--app', 'cursor', '--app', 'vscode']
  m.toolbay('install', 'starter/memory', ...apps)
  m.toolbay('install', 'starter/sequential-thinking', ...apps)
  m.toolbay('install', 'starter/context7', '--secret', 'CONTEXT7_API_KEY=-', ...apps, { input: `${key}\n` })
  w = await real(m)
  await w.begin()
})

after(async () => {
  await w?.close()
  await m?.close()
})

test('the first profile is what stands in the apps already; it gets a name', async () => {
  await w.go('Profiles')
  await w.sees('3 servers are in Main')
  await w.picture('e1-main')
  await w.choose('More about Main')
  await w.item('Rename')
  await w.reach('Name')
  await w.press('ctrl+a')
  await w.type('Work')
  await w.press('Return')
  await w.sees('It is called Work now.')
  assert.equal(await w.has('Main'), false)
})

test('a second profile has its own servers, apps and tools', async () => {
  await w.choose('New profile')
  await w.reach('Name')
  await w.type('Home')
  await w.press('Return')
  await w.sees('No server is in Home yet.')
  await w.picture('e2-empty')
  await w.choose('Add a server')
  await w.sees('Add servers to Home')
  for (const name of ['Library docs', 'Memory']) {
    await w.reach(name)
    await w.press('space')
  }
  await w.picture('e3-add')
  await w.choose('Add 2 servers')
  await w.sees('2 servers are in Home')
  await w.choose('Choose apps')
  for (const name of ['Cursor', 'VS Code']) {
    await w.reach(name)
    await w.press('space')
  }
  await w.picture('e4-apps')
  await w.choose('Save')
  await w.gone('Apps of Home')

  // One cell off: arrow keys move, Space turns.
  await w.reach(/ in Cursor$/)
  await w.press('Right')
  assert.match(await w.focused(), / in VS Code$/)
  await w.press('space')
  await w.sees('Changed')

  await w.choose(/^All \d+ tools Memory/)
  await w.sees('Choose tools of Memory')
  await w.reach(/^(Create entities|create_entities)$/i)
  await w.press('space')
  await w.picture('e5-tools')
  await w.choose('Save')
  await w.gone('Choose tools of Memory')
  await w.picture('e6-home')
  await w.fits()
})

test('a switch is looked at first, changes all apps at once, and is undone', async () => {
  const was = { [cursor]: m.read(cursor), [vscode]: m.read(vscode) }
  await w.choose(/^Work, Profile in use/)
  await w.sees('All profiles')
  await w.picture('e7-switcher')
  await w.item('Home')
  await w.sees('Switch to Home?')
  await w.sees('mcp.json')
  await w.picture('e8-preview')
  for (const [name, body] of Object.entries(was)) assert.equal(m.read(name), body, `${name} was changed by looking`)
  await w.choose('Switch to Home')
  await w.sees('Home is in use now.')
  await w.picture('e9-switched')
  for (const name of [cursor, vscode]) {
    assert.match(m.read(name), /"home"/)
    assert.doesNotMatch(m.read(name), /sequential/)
    assert.match(m.read(name), /"other"/)
  }
  await w.choose('Undo')
  await until('every byte is back', () => Object.entries(was).every(([name, body]) => m.read(name) === body))
})

test('a folder gets project files that hold nothing of this computer, and loses them again', async () => {
  const folder = join(m.home, 'acme-shop')
  mkdirSync(folder, { recursive: true })
  await w.go('Profiles')
  await w.choose('Link a folder')
  await w.place(folder)
  await w.sees('acme-shop?')
  await w.sees('.vscode/mcp.json')
  await w.picture('e10-link')
  assert.deepEqual(readdirSync(folder), [])
  await w.choose('Link')
  await w.sees('uses Home now.')
  await w.gone('These files are written there')
  await w.picture('e11-linked')
  const made = m.read('acme-shop/.cursor/mcp.json')
  assert.match(made, /server-memory@/)
  assert.ok(!made.includes(m.home) && !made.includes('toolbay'), made)
  await w.choose(/^Unlink .*acme-shop/)
  await w.sees('is not linked any more.')
  assert.deepEqual(readdirSync(folder), [])
})

test('a profile is copied and deleted, and comes back', async () => {
  await w.choose('More about Home')
  await w.item('Duplicate')
  await w.reach('Name')
  await w.type('Trip')
  await w.press('Return')
  await w.sees('Trip is here.')
  await w.choose('More about Trip')
  await w.item('Delete')
  await w.sees('Trip is deleted.')
  await w.picture('e12-deleted')
  await w.choose('Undo')
  await until('Trip is back', () => m.toolbay('profile', 'list').some((p) => p.name === 'Trip'))
})

test('what is shared holds no key, and a colleague is asked only for what is missing', async () => {
  await w.go('Profiles')
  await w.reach(/^Work( In use)?$/)
  await w.press('Right', 'space')
  await w.sees('2 servers are in Home')
  await w.choose('Share without keys')
  await w.place(join(m.home, 'Home.json'))
  await w.sees('without its keys')
  await w.picture('h1-shared')
  const shared = m.read('Home.json')
  assert.match(shared, /CONTEXT7_API_KEY/)
  assert.ok(!shared.includes(key) && !shared.includes(m.home), shared)

  const colleague = machine()
  try {
    const review = colleague.toolbay('profile', 'import', join(m.home, 'Home.json'), '--review')
    assert.equal(review.name, 'Home')
    assert.deepEqual(
      review.servers.map((s) => s.state),
      ['install', 'install'],
    )
    assert.deepEqual(review.missing, [])
    const asked = review.servers.flatMap((s) => s.needs.map((n) => n.name))
    assert.ok(
      asked.every((n) => n.endsWith('.CONTEXT7_API_KEY')),
      `asked for ${asked}`,
    )
  } finally {
    await colleague.close()
  }
})
