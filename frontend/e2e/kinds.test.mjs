// The other ways into Toolbay, for real: a bundle that the desktop opens with
// it, a server behind a sign-in, several servers pasted at once; and what is
// done with servers later: files checked and got again, removal with keys.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { files, machine, root, until } from './machine.mjs'
import { twin } from './twin.mjs'

const key = 'invented-key-3b7e90aa'

let m
let w
let remote

/** A bundle with a server that needs nothing: a key, a folder, two tools. */
function bundle() {
  const dir = join(m.home, 'trail-notes')
  mkdirSync(join(dir, 'server'), { recursive: true })
  writeFileSync(
    join(dir, 'manifest.json'),
    JSON.stringify({
      manifest_version: '0.3',
      name: 'trail-notes',
      display_name: 'Trail notes',
      version: '1.2.0',
      description: 'Keeps notes of your walks.',
      author: { name: 'Hill Walkers' },
      server: {
        type: 'node',
        entry_point: 'server/index.js',
        mcp_config: {
          command: 'node',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the bundle's own placeholders
          args: ['${__dirname}/server/index.js', '${user_config.folder}'],
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the bundle's own placeholders
          env: { TRAIL_KEY: '${user_config.key}' },
        },
      },
      user_config: {
        key: {
          type: 'string',
          title: 'Trail key',
          description: 'From your account page',
          sensitive: true,
          required: true,
        },
        folder: { type: 'string', title: 'Name of the notebook', description: 'Any word', default: 'walks' },
      },
    }),
  )
  writeFileSync(
    join(dir, 'server/index.js'),
    `const tools = ['add_note', 'find_note'].map((name) => ({ name, description: 'A tool.', inputSchema: { type: 'object' } }))
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) return
  const result = method === 'initialize'
    ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'trail-notes', version: '1.2.0' } }
    : method === 'tools/list' ? { tools } : {}
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n')
})
`,
  )
  const file = join(m.home, 'trail-notes.mcpb')
  const packed = spawnSync(join(root, 'build/bin/toolbay'), ['bundle', 'pack', dir, '--output', file], {
    env: m.env,
    encoding: 'utf8',
  })
  assert.equal(packed.status, 0, packed.stderr)
  return file
}

before(async () => {
  m = machine()
  const registry = await m.registry()
  remote = await m.remote()
  w = await twin(m, { TOOLBAY_REGISTRY_URL: registry.address, PATH: m.browser() }, [bundle()])
})

after(async () => {
  await w?.close()
  await m?.close()
})

const nowhere = (secret) => {
  const found = spawnSync('grep', ['-rlaF', secret, m.home], { encoding: 'utf8' })
  assert.equal(found.stdout, '', 'files that hold the key')
  assert.ok(!w.program.log.includes(secret), 'the log holds the key')
}
const only = async (sheet, ...wanted) => {
  await sheet.getByText('Your apps').first().waitFor()
  for (const app of ['Claude Code', 'Cursor', 'VS Code', 'Codex', 'Gemini CLI', 'opencode']) {
    const box = sheet.getByRole('checkbox', { name: new RegExp(app) })
    if ((await box.isChecked()) !== wanted.includes(app)) await box.click()
  }
}
const ready = (title) => w.page.getByText(`${title} is ready`).first().waitFor({ timeout: 120_000 })

test('a bundle that the desktop opens is reviewed, and installed with its key', async () => {
  const { page } = w
  // It waits until the first screen has been read.
  await page.getByRole('button', { name: 'Look around' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('Trail notes').first().waitFor()
  await only(sheet, 'Cursor')
  for (const box of await sheet.getByRole('checkbox', { name: /I trust|I understand/ }).all()) await box.click()
  await sheet.getByLabel('Trail key').fill(key)
  await w.look('20-bundle-sheet')
  assert.equal(m.read('.cursor/mcp.json'), files['.cursor/mcp.json'])
  await w.install(sheet)
  await ready('Trail notes')
  await w.look('20-bundle-done')
  assert.match(m.read('.cursor/mcp.json'), /bin\/toolbay/)
  nowhere(key)
  await page.getByRole('button', { name: 'Done', exact: true }).click()
})

test('a failure arrives with the words of the Go side', async () => {
  const said = await w.page.evaluate(() =>
    window.go.app.Window.Undo('no-such-change', '').then(
      () => '',
      (e) => e.message,
    ),
  )
  assert.equal(JSON.parse(said).code, 'change_unknown')
})

test('three servers pasted at once are found, each with its own review', async () => {
  const { page } = w
  await w.go('Installed')
  await page.getByRole('button', { name: 'Add from text' }).click()
  await page.getByRole('textbox', { name: 'What to look through' }).fill(`{ // my settings
  "mcpServers": {
    "memory": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-memory@2025.8.4"] },
    "clock": { "command": "uvx", "args": ["mcp-server-time"], "env": { "CLOCK_TOKEN": "${key}" } },
    "hill": { "type": "http", "url": "${remote.address}" },
  }
}`)
  await page.getByRole('button', { name: 'Look through it' }).click()
  await page.getByText('3 servers found').waitFor()
  assert.ok(!(await page.content()).includes(key), 'the page shows the key')
  await w.look('21-paste-three')
})

test('a server behind a sign-in waits for the browser, and says so when the sign-in is worth nothing any more', async () => {
  const { page } = w
  await page.getByRole('button', { name: /^Review.*hill/i }).click()
  const sheet = page.getByRole('dialog')
  await only(sheet, 'Codex')
  await w.look('22-remote-sheet')
  await w.install(sheet)
  await page
    .getByText(/is ready$/)
    .first()
    .waitFor({ timeout: 60_000 })
  await w.look('22-remote-done')
  assert.match(m.read('.codex/config.toml'), /hill/)
  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await remote.end()
  await w.go('Installed')
  const title = await page
    .getByRole('button', { name: /^More for (?!Trail)/ })
    .first()
    .getAttribute('aria-label')
  await w.menu(title.replace('More for ', ''), 'Test')
  await page.getByText('Sign in again').first().waitFor()
  await w.look('22-sign-in-again')
  await page.getByRole('button', { name: /^Sign in… / }).click()
  await page.getByText('Working').nth(1).waitFor()
  await w.look('22-signed-in')
})

test('files that were changed are found, and got again', async () => {
  const { page } = w
  const servers = join(m.home, '.toolbay/servers/trail-notes')
  const dir = readdirSync(servers, { recursive: true }).find((f) => f.endsWith('server/index.js'))
  appendFileSync(join(servers, dir), '\n// somebody was here\n')
  await w.go('Settings')
  await page.getByRole('button', { name: 'Disk use' }).click()
  await page.getByRole('button', { name: 'Check files' }).click()
  await page.getByText('1 server is not as it was installed.').waitFor()
  await page.getByRole('button', { name: 'Show details' }).first().click()
  await w.look('23-verify')
  await page.getByRole('button', { name: 'Get Trail notes again' }).click()
  await page.getByRole('button', { name: 'Fetch it' }).click()
  await page.getByRole('button', { name: 'Put it in place' }).click({ timeout: 60_000 })
  await w.picture('23-verify-again')
  await page
    .getByText(/^What was here before stays|^All \d+ are as they were installed/)
    .first()
    .waitFor()
  await w.look('23-verify-done')
  await page.keyboard.press('Escape')
  await until('the panel is gone', async () => {
    if ((await page.getByRole('dialog').count()) === 0) return true
    await page.keyboard.press('Escape')
    return false
  })
})

test('a removal asks about keys, and tells what comes free and when', async () => {
  const { page } = w
  await w.go('Installed')
  await w.menu('Trail notes', 'Remove')
  const dialog = page.getByRole('dialog', { name: 'Remove Trail notes?' })
  await dialog.getByRole('checkbox', { name: 'Forget its key now' }).click()
  await w.look('24-remove')
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
  await page
    .getByText(/^Trail notes is removed from 1 app\..* Its keys are forgotten\..* come free in 30 days\.$/)
    .waitFor()
  await w.look('24-removed')
  assert.equal(m.read('.cursor/mcp.json'), files['.cursor/mcp.json'])
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByText('Needs a key').first().waitFor()
  await w.look('24-back-without-key')
})

test('what was removed is listed until it goes, and can be put back', async () => {
  const { page } = w
  await w.menu('Trail notes', 'Remove')
  await page.getByText(/^Trail notes is removed/).waitFor()
  await w.go('Settings')
  await page.getByRole('button', { name: 'Disk use' }).click()
  await page.getByRole('button', { name: /^Show (all|what it is)/ }).click()
  await w.look('25-disk')
  await page.getByRole('button', { name: 'Put Trail notes back' }).click()
  await page.getByText('Trail notes is back.').waitFor()
  await w.go('Installed')
  await page.getByRole('button', { name: 'More for Trail notes' }).waitFor()
})
