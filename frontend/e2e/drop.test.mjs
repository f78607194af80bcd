// Files let go over the real window with the mouse, out of another program's
// window: a profile that somebody shared, and a bundle.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { machine, root, until } from './machine.mjs'
import { real } from './real.mjs'

// Below the window, on a screen of 1280 by 900.
const corner = [1190, 850]
const middle = [640, 420]

let m
let w

const run = (command, ...args) => {
  const r = spawnSync(command, args, { cwd: m.home, encoding: 'utf8', env: m.env, timeout: 60_000 })
  assert.equal(r.status, 0, `${command} ${args.join(' ')}: ${r.stdout}${r.stderr}`)
  return r.stdout
}

/** Moves a file out of another window over this one, and lets go. */
async function drop(name) {
  const from = m.start(join(m.home, 'drag'), [join(m.home, name), ...corner.map(String)])
  await until('the other window is there', () => from.log.includes('shown'))
  run('xdotool', 'mousemove', corner[0] + 20, corner[1] + 16, 'mousedown', '1')
  // What is under the pointer is told only while it moves.
  let n = 0
  await until('the window says that it can be dropped', async () => {
    n = Math.min(n + 1, 10)
    const at = corner.map((c, i) => Math.round(c + ((middle[i] - c) * n) / 10) + (n % 2))
    run('xdotool', 'mousemove', at[0], at[1] + Math.round(Math.random() * 4))
    return n === 10 && (await w.has('Drop it here'))
  })
  await w.picture(`drop-${name}`)
  run('xdotool', 'mouseup', '1')
  await until('the other window has let go', () => from.exitCode === 0)
}

before(async () => {
  m = machine()
  const flags = run('pkg-config', '--cflags', '--libs', 'gtk+-3.0').trim().split(/\s+/)
  run('cc', join(import.meta.dirname, 'drag.c'), ...flags, '-o', join(m.home, 'drag'))
  w = await real(m)
  await w.begin()
})

after(async () => {
  await w?.close()
  await m?.close()
})

test('a profile that is dropped is looked at, on any screen', async () => {
  const server = { name: 'memory', title: 'Memory', package: { type: 'npm', identifier: '@example/memory' } }
  writeFileSync(join(m.home, 'Trip.json'), JSON.stringify({ toolbay: 1, name: 'Trip to the hills', servers: [server] }))
  await w.go('Activity')
  await drop('Trip.json')
  await w.sees('Import a profile')
  await w.sees('Memory')
  await w.picture('drop-profile')
  await w.press('Escape')
  await w.gone('Import a profile')
})

test('a bundle that is dropped asks before anything is installed', async () => {
  const dir = join(m.home, 'trail')
  mkdirSync(dir)
  writeFileSync(join(dir, 'index.js'), 'process.stdin.resume()\n')
  writeFileSync(
    join(dir, 'manifest.json'),
    JSON.stringify({
      manifest_version: '0.3',
      name: 'trail',
      display_name: 'Trail notes',
      version: '1.2.0',
      description: 'Keeps notes of your walks.',
      author: { name: 'Hill Walkers' },
      server: {
        type: 'node',
        entry_point: 'index.js',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the bundle's own placeholder
        mcp_config: { command: 'node', args: ['${__dirname}/index.js'] },
      },
    }),
  )
  run(join(root, 'build/bin/toolbay'), 'bundle', 'pack', dir, '--output', join(m.home, 'trail.mcpb'))
  await drop('trail.mcpb')
  await w.sees('Trail notes')
  await w.sees('Hill Walkers')
  await w.picture('drop-bundle')
  assert.deepEqual(m.toolbay('list').servers ?? m.toolbay('list'), [])
})
