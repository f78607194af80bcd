// Journey E and H in the real window, by keyboard: two sets of servers, one
// switch for all apps at once, a project's folder, and a file for a colleague.
// Pictures are kept in build/bin/shots.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { files, machine, until } from './machine.mjs'
import { real } from './real.mjs'

const cursor = '.cursor/mcp.json'
const vscode = '.config/Code/User/mcp.json'

const key = 'invented-key-5d1c9a77'
const homeKey = 'invented-key-for-home-88e2'
const colleagueKey = 'invented-key-of-a-colleague-41b0'

let m
let colleague
let w

/** Keys stand in the keychain, and in no file of a machine. */
function hidden(on, ...keys) {
  for (const k of keys) {
    const found = spawnSync('grep', ['-rlaF', '--', k, on.home], { encoding: 'utf8' })
    assert.equal(found.stdout, '', `${k} stands in a file`)
    assert.ok(!w.program.log.includes(k), `${k} was printed`)
  }
}

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
  await colleague?.close()
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

test('a profile has a key of its own, which is shown nowhere', async () => {
  await w.choose('As everywhere Library docs')
  await w.sees('Library docs in Home')
  await w.choose(/^Change here/)
  await w.sees('Differs here')
  await w.reach('Context7 API key')
  await w.type(homeKey)
  assert.equal(await w.has(homeKey), false)
  await w.picture('e6-own-key')
  await w.choose('Save')
  await w.gone('Library docs in Home')
  await w.sees('Own key')
  assert.equal(await w.has(homeKey), false)
  await w.picture('e6-own')
  const own = (id) =>
    m.toolbay('profile', 'show', id).contents.find((c) => c.server === 'context7' || c.title === 'Library docs').keys
  assert.deepEqual(own('home'), ['CONTEXT7_API_KEY'])
  assert.deepEqual(own('default'), [])
  hidden(m, key, homeKey)
})

test('a switch is looked at first, changes all apps at once, and is undone', async () => {
  const was = { [cursor]: m.read(cursor), [vscode]: m.read(vscode) }
  await w.choose(/^Work, Profile in use/)
  await w.sees('All profiles')
  await w.picture('e7-switcher')
  await w.item('Home')
  await w.sees('Switch to Home?')
  await w.choose(/^Show changes in/)
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
  await w.answer('Undo')
  await until('every byte is back', () => Object.entries(was).every(([name, body]) => m.read(name) === body))
})

test('a folder gets project files that hold nothing of this computer, and loses them again', async () => {
  const folder = join(m.home, 'acme-shop')
  mkdirSync(folder, { recursive: true })
  await w.go('Profiles')
  await w.choose('Link a folder')
  await w.place(folder)
  await w.sees('acme-shop?')
  await w.choose(/^Show changes in/)
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
  await w.answer('Undo')
  await until('Trip is back', () => m.toolbay('profile', 'list').some((p) => p.name === 'Trip'))
})

test('what is shared holds no key', async () => {
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
  assert.ok(!shared.includes(m.home), shared)
  hidden(m, key, homeKey)
})

test('a colleague is asked only for what is missing, and has the profile', async () => {
  await w.close()
  const file = join(m.home, 'Home.json')
  colleague = machine()
  w = await real(colleague)
  await w.begin()
  await w.go('Profiles')
  await w.choose('Import')
  await w.place(file)
  await w.sees('Import a profile')
  await w.sees('2 servers')
  await w.picture('h2-review')
  await w.reach(/^Context7 API key/)
  await w.type(colleagueKey)
  await w.choose('Install 2 servers')
  await w.picture('h3-importing')
  await w.sees('Home is ready', 240)
  await w.sees('2 installed, 0 were here already.')
  await w.picture('h4-imported')
  await w.choose('Done')
  await w.sees('2 servers are in Home')
  await w.picture('h5-colleague')
  const made = colleague.toolbay('profile', 'list').find((p) => p.name === 'Home')
  assert.equal(made.servers.length, 2)
  assert.equal(made.active, false)
  for (const [name, body] of Object.entries(files)) assert.equal(colleague.read(name), body, `${name} was changed`)
  hidden(colleague, colleagueKey)
})
