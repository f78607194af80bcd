// The main job in the real window, by keyboard alone: what a person without a
// mouse does from the first start to a server in their apps. Pictures are kept
// in build/bin/shots.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { files, machine, root, until } from './machine.mjs'
import { real } from './real.mjs'

let m
let w

before(() => {
  m = machine()
})

after(async () => {
  await w?.close()
  await m?.close()
})

/** What still runs out of this machine's home. */
const left = () => spawnSync('pgrep', ['-f', join(m.home, '.toolbay')], { encoding: 'utf8' }).stdout

test('from the first start to a server in every app, by keyboard', async () => {
  const registry = await m.registry()
  w = await real(m, { TOOLBAY_REGISTRY_URL: registry.address })
  await w.sees('Look around')
  await w.picture('first-run')
  for (const [name, body] of Object.entries(files)) assert.equal(m.read(name), body, `${name} was changed by looking`)
  await w.begin()
  await w.sees('Good first servers')
  await w.picture('discover')
  await w.press('ctrl+k')
  await until('the search has the focus', async () => /search/i.test(await w.focused()))
  await w.type('library docs')
  await w.gone('Good first servers')
  await w.picture('search')
  await w.choose('Get Library docs')
  // What still holds the button back would stand in this line's place.
  await w.sees('A copy of each file is kept.')
  await w.picture('sheet')
  await w.fits()
  await w.press('ctrl+Return')
  await w.sees('Continue in background')
  await w.picture('progress')
  await w.sees('Library docs is ready', 240)
  await w.picture('done')
  for (const [name, body] of Object.entries(files)) {
    assert.notEqual(m.read(name), body, `${name} does not have it`)
    assert.match(m.read(name), /bin\/toolbay/)
  }
})

test('closing the window ends it and leaves no process', async () => {
  await w.close()
  w = undefined
  assert.equal(left(), '')
})

test('the window as it is given to people opens, draws and ends', async () => {
  const window = m.start(join(root, 'build/bin/toolbay-window'), [], {
    TOOLBAY_REGISTRY_URL: 'http://127.0.0.1:9',
    TOOLBAY_DOCKER_CATALOG_URL: 'http://127.0.0.1:9/catalog.yaml',
    TOOLBAY_SOURCE_MIRROR: 'http://127.0.0.1:9',
  })
  // More of the screen than its black ground and the window's bare one.
  const colours = 'import -window root -resize 64x45 txt:- | grep -vc -e "#000000" -e "#F1EEE8"'
  await until(
    'the window draws',
    () => Number(spawnSync('sh', ['-c', colours], { encoding: 'utf8', env: m.env }).stdout) > 1500,
  )
  process.kill(-window.pid, 'SIGTERM')
  await until('the window has ended', () => window.exitCode !== null || window.signalCode !== null)
  assert.equal(left(), '')
})
