// Journey D in the real window, by keyboard: Claude Desktop rewrites its file
// and the servers are gone. It is told while Toolbay is open and at its next
// start, one button puts them back, and what else stands in the file stays.
// The Claude Desktop in here is a made-up one that does to its file what the
// real one does (internal/fakedesktop). Pictures are kept in build/bin/shots.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { machine, root, until } from './machine.mjs'
import { real } from './real.mjs'

const file = '.config/Claude/claude_desktop_config.json'
const before_ = '{\n  "globalShortcut": "Ctrl+Space",\n  "mcpServers": {}\n}\n'

let m
let w

const servers = () => Object.keys(JSON.parse(m.read(file)).mcpServers ?? {}).sort()
const says = () => (existsSync(join(m.home, 'says')) ? readFileSync(join(m.home, 'says'), 'utf8') : '')
const desktop = async (more = {}) => {
  const already = says().split('started').length
  const c = m.start(join(root, 'build/bin/claude-desktop'), [], { FAKE_DESKTOP_SAYS: join(m.home, 'says'), ...more })
  await until('Claude Desktop has started', () => says().split('started').length > already)
  return c
}
const ended = (c) => until('Claude Desktop has closed', () => c.exitCode !== null)

before(async () => {
  m = machine()
  mkdirSync(join(m.home, '.config/Claude'), { recursive: true })
  writeFileSync(join(m.home, file), before_)
  for (const id of ['memory', 'sequential-thinking'])
    m.toolbay('install', `starter/${id}`, '--app', 'claude-desktop', '--app', 'cursor')
  assert.deepEqual(servers(), ['memory', 'sequential-thinking'])
})

after(async () => {
  await w?.close()
  await m?.close()
})

test('what Claude Desktop wiped is told within seconds and put back with one button', async () => {
  w = await real(m)
  await w.begin()
  await w.go('Apps')
  assert.equal(await w.has('Changed outside Toolbay'), false)
  const app = await desktop({ FAKE_DESKTOP_FORGETS: '1' })
  assert.deepEqual(servers(), [], 'the made-up Claude Desktop did not forget')
  await w.sees('Changed outside Toolbay', 20)
  await w.picture('d1-wiped')
  await w.fits()
  const asked = m.read(file)
  // It runs: what is written now would be lost. The button says what it does.
  await w.choose('Close Claude Desktop and put back')
  await ended(app)
  await w.sees('Put back as it was.')
  await w.picture('d2-put-back')
  assert.deepEqual(servers(), ['memory', 'sequential-thinking'])
  assert.equal(JSON.parse(m.read(file)).globalShortcut, 'Ctrl+Space')
  assert.equal(await w.has('Changed outside Toolbay'), false)

  await w.answer('Undo')
  await until('undo takes them out again', () => m.read(file) === asked)
  await w.close()
})

test('what was wiped while Toolbay was closed is told at its next start', async () => {
  w = await real(m)
  await w.go('Installed')
  // The undo was ours, so nobody is told of it; connect them again.
  assert.equal(await w.has('Changed outside Toolbay'), false)
  m.toolbay('connect', 'claude-desktop', 'memory', 'sequential-thinking')
  assert.deepEqual(servers(), ['memory', 'sequential-thinking'])
  await w.close()

  const app = await desktop({ FAKE_DESKTOP_FORGETS: '1' })
  process.kill(app.pid, 'SIGTERM')
  await ended(app)
  assert.deepEqual(servers(), [])

  w = await real(m)
  await w.go('Installed')
  await w.sees('Changed outside Toolbay', 20)
  await w.picture('d3-next-start')
  await w.choose(/^Put back/)
  await w.sees('Put back as it was.')
  assert.deepEqual(servers(), ['memory', 'sequential-thinking'])

  // The next start of Claude Desktop keeps them, and nothing more is said.
  const again = await desktop()
  process.kill(again.pid, 'SIGTERM')
  await ended(again)
  assert.deepEqual(servers(), ['memory', 'sequential-thinking'])
  assert.equal(await w.has('Changed outside Toolbay'), false)
})

test('an earlier copy of the file is looked at and brought back', async () => {
  const now = m.read(file)
  await w.go('Apps')
  await w.choose(/^Claude Desktop/)
  await w.choose('Show copies of Claude Desktop’s file')
  await w.sees('First copy, always kept')
  await w.picture('d4-copies')
  // The wiped file, which Claude Desktop wrote.
  await w.choose(/^Compare: Changed outside Toolbay/)
  await w.sees('What stands there now is kept as a copy.')
  await w.sees('sequential-thinking')
  await w.picture('d5-compare')
  assert.equal(m.read(file), now, 'looking changed the file')
  await w.choose('Restore this')
  await w.sees('file is as it was.')
  assert.deepEqual(servers(), [])
  await w.answer('Undo')
  await until('undo brings it back', () => m.read(file) === now)
})
