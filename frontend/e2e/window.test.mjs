// The main job in the real window, by keyboard alone: what a person without a
// mouse does from the first start to a server in their apps. Pictures are kept
// in build/bin/shots.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { files, machine, root, shots, until } from './machine.mjs'

let m
let window

before(async () => {
  m = machine()
  const registry = await m.registry()
  window = m.start(join(root, 'build/bin/toolbay-window'), [], {
    TOOLBAY_REGISTRY_URL: registry.address,
    TOOLBAY_DOCKER_CATALOG_URL: 'http://127.0.0.1:9/catalog.yaml',
    TOOLBAY_SOURCE_MIRROR: 'http://127.0.0.1:9',
  })
})

after(() => m?.close())

const run = (command, ...args) => spawnSync(command, args, { encoding: 'utf8', env: m.env })
const picture = (name) => run('import', '-window', 'root', join(shots, `window-${name}.png`))
const wait = (ms) => new Promise((r) => setTimeout(r, ms))
const keys = async (...names) => {
  for (const name of names) {
    run('xdotool', 'key', '--clearmodifiers', name)
    await wait(250)
  }
}
const times = (n, name) => Array(n).fill(name)

/** The part of the screen that is neither black nor the window's bare ground. */
const drawn = () => {
  const r = spawnSync('sh', ['-c', 'import -window root -resize 64x45 txt:- | grep -vc -e "#000000" -e "#F1EEE8"'], {
    encoding: 'utf8',
    env: m.env,
  })
  return Number(r.stdout) > 1500
}
const gone = (name) => m.read(name) !== files[name]

test('from the first start to a server in every app, by keyboard', async () => {
  await until('the window draws its first screen', drawn)
  const id = run('xdotool', 'search', '--onlyvisible', '--name', 'Toolbay').stdout.split('\n')[0]
  run('xdotool', 'windowfocus', id)
  await wait(1500)
  picture('first-run')
  for (const [name, body] of Object.entries(files)) assert.equal(m.read(name), body, `${name} was changed by looking`)

  // Past what was found, to the one button.
  await keys('Tab', 'Tab', 'Return')
  await wait(2500)
  picture('discover')
  await keys('ctrl+k')
  run('xdotool', 'type', '--delay', '40', 'library docs')
  await wait(2500)
  picture('search')
  // Past the search's own button, the one to paste, the categories, their menu, four filters,
  // their menu, the order, the note on the lists that are not there, and the
  // card's own link.
  await keys(...times(13, 'Tab'), 'Return')
  await wait(8000)
  picture('sheet')
  await keys('ctrl+Return')
  await wait(1500)
  picture('progress')
  await until('every app has the server', () => Object.keys(files).every(gone), 180)
  await wait(2500)
  picture('done')
  for (const name of Object.keys(files)) assert.match(m.read(name), /bin\/toolbay/)
})

test('closing the window ends it and leaves no process', async () => {
  process.kill(-window.pid, 'SIGTERM')
  await until('the window has ended', () => window.exitCode !== null || window.signalCode !== null, 20)
  const left = spawnSync('pgrep', ['-f', join(m.home, '.toolbay')], { encoding: 'utf8' })
  assert.equal(left.stdout, '', `still running:\n${left.stdout}`)
})
