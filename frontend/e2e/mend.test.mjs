// Journey C: an app's file is broken, and is mended in three clicks, in the
// real window by keyboard. What a screen reader says of the same screens is
// kept beside the pictures in build/bin/shots.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { machine, shots, until } from './machine.mjs'
import { real } from './real.mjs'
import { twin } from './twin.mjs'

const file = '.cursor/mcp.json'
/** A comma is missing, two quotes are curly, and a second block was pasted under the first. */
const broken = `{
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": ["-y" "server-filesystem@2.1.0"]
    },
    “postgres”: {
      "command": "true",
      "args": ["run", "postgres"]
    }
  }
}
{
  "mcpServers": {
    "playwright": {
      "command": "npx",
      "args": ["-y", "@playwright/mcp@0.0.41"]
    }
  }
}
`
const servers = {
  filesystem: { command: 'npx', args: ['-y', 'server-filesystem@2.1.0'] },
  postgres: { command: 'true', args: ['run', 'postgres'] },
  playwright: { command: 'npx', args: ['-y', '@playwright/mcp@0.0.41'] },
}

let m
let w
let t

before(async () => {
  m = machine()
  writeFileSync(join(m.home, file), broken)
})

after(async () => {
  await t?.close()
  await m?.close()
})

test('a broken file is mended with two presses, and taken back to the last letter', async () => {
  w = await real(m)
  await w.begin()
  await w.go('Apps')
  await w.sees('Cursor cannot read its settings file')
  await w.sees('A comma is missing')
  await w.picture('mend-1-broken')
  assert.equal(m.read(file), broken, 'looking changed the file')
  await w.choose('Repair')
  await w.sees('Cursor’s file is repaired')
  await w.picture('mend-2-repaired')
  assert.deepEqual(JSON.parse(m.read(file)), { mcpServers: servers })
  await w.choose('Undo repair')
  await until('the file is as it was', () => m.read(file) === broken)
  await w.sees('Cursor cannot read its settings file')
  process.kill(-w.program.pid, 'SIGTERM')
  await until('the window has ended', () => w.program.exitCode !== null || w.program.signalCode !== null, 20)
})

test('a screen reader tells the same, and axe finds nothing', async () => {
  t = await twin(m)
  const main = t.page.getByRole('main')
  await t.go('Apps')
  await t.page.getByRole('button', { name: 'Repair', exact: true }).waitFor()
  await t.look('mend-3-broken')
  const before = await main.ariaSnapshot()
  for (const said of ['Cursor cannot read its settings file', 'A comma is missing', 'Repair', 'Undo brings it back'])
    assert.ok(before.includes(said), `not said: ${said}\n${before}`)
  await t.page.getByRole('button', { name: 'Repair', exact: true }).click()
  await t.page.getByRole('heading', { name: 'Cursor’s file is repaired' }).waitFor()
  await t.look('mend-4-repaired')
  const after = await main.ariaSnapshot()
  for (const said of ['Cursor’s file is repaired', 'Undo repair', 'Try the servers'])
    assert.ok(after.includes(said), `not said: ${said}\n${after}`)
  writeFileSync(join(shots, 'mend.txt'), `Before\n\n${before}\n\nAfter\n\n${after}\n`.replaceAll(m.home, '~'))
  assert.deepEqual(JSON.parse(m.read(file)), { mcpServers: servers })
})

test('what cannot be mended is told in one sentence, and one press brings back the last good copy', async () => {
  // What a failing disk leaves: no byte of it is text.
  const rubbish = Buffer.from(Array.from({ length: 700 }, (_, i) => (i * 167 + ((i * i) >> 3)) & 0xff))
  writeFileSync(join(m.home, file), rubbish)
  await t.go('Installed')
  await t.go('Apps')
  await t.page.getByText('The file is too damaged to be mended').waitFor()
  const back = t.page.getByRole('button', { name: /^Bring back the copy of/ })
  await back.waitFor()
  await t.page.getByText('In this copy 3 servers were fine').waitFor()
  await t.page.getByText('server-filesystem@2.1.0').waitFor()
  await t.look('mend-5-beyond')
  assert.equal(await t.page.getByRole('button', { name: 'Repair', exact: true }).count(), 0)
  assert.deepEqual(readFileSync(join(m.home, file)), rubbish, 'looking changed the file')
  await back.click()
  await t.page.getByRole('heading', { name: 'The copy of Cursor’s file is back' }).waitFor()
  await t.look('mend-6-back')
  assert.deepEqual(JSON.parse(m.read(file)), { mcpServers: servers })
  await t.page.getByRole('button', { name: 'Undo', exact: true }).first().click()
  await until('the damaged file is there again', () => readFileSync(join(m.home, file)).equals(rubbish))
})
