// The main job in the window's twin in a browser: the real frontend, the real
// Go side, a real install from npm into the apps' real files. axe looks at
// every screen; pictures are kept in build/bin/shots.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import { files, freePort, machine, root, shots, until } from './machine.mjs'

// A listing of the real registry; without the public data the starter
// catalogue's own serves. Both are the same package and may be given a key.
const real = { words: 'upstash context7', id: 'io.github.upstash/context7' }
const picked = { words: 'library docs', id: 'starter/context7' }
const key = 'invented-key-8c1f4d2e'

let m
let browser
let page
let window
let listing

before(async () => {
  m = machine()
  const registry = await m.registry()
  listing = registry.real ? real : picked
  const port = await freePort()
  window = m.start(
    join(root, 'build/bin/toolbay-dev'),
    ['-assetdir', join(root, 'frontend/dist'), '-devserver', `127.0.0.1:${port}`],
    {
      TOOLBAY_REGISTRY_URL: registry.address,
      // Docker's catalogue is not to be reached here; the window must say so
      // and go on.
      TOOLBAY_DOCKER_CATALOG_URL: 'http://127.0.0.1:9/catalog.yaml',
      TOOLBAY_SOURCE_MIRROR: 'http://127.0.0.1:9',
    },
  )
  const address = `http://127.0.0.1:${port}/`
  await until('the window answers', () =>
    fetch(address).then(
      (r) => r.ok,
      () => false,
    ),
  )
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  const context = await browser.newContext({ viewport: { width: 1280, height: 832 } })
  page = await context.newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(address)
})

after(async () => {
  await browser?.close()
  await m?.close()
})

/** Looks at the screen with axe and keeps a picture of it. */
async function look(name) {
  await page.screenshot({ path: join(shots, `${name}.png`) })
  const found = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`),
    [],
    `axe on ${name}`,
  )
}

const untouched = () => {
  for (const [name, body] of Object.entries(files)) assert.equal(m.read(name), body, `${name} was changed`)
}
const go = (name) =>
  page
    .getByRole('navigation')
    .getByRole('link', { name: new RegExp(`^${name}`) })
    .click()

test('first run looks and writes nothing', async () => {
  await page.getByText('Here is what you already have.').waitFor()
  for (const app of ['Claude Code', 'Cursor', 'VS Code', 'Codex', 'Gemini CLI', 'opencode']) {
    await page.getByText(app, { exact: true }).first().waitFor()
  }
  await look('01-first-run')
  await page.getByRole('button', { name: 'Look around' }).click()
  await page.getByText('Good first servers').waitFor()
  untouched()
})

test('search finds the listing while typing', async () => {
  await look('02-discover')
  // The registry is read in the background since the window opened.
  await until('the listing is found', async () => {
    await page.getByRole('searchbox').fill('')
    await page.getByRole('searchbox').fill(listing.words)
    await page.waitForTimeout(500)
    return (await page.getByRole('button', { name: /^Get / }).count()) > 0
  })
  await look('02-discover-search')
})

test('a listing shows what it is and how to get it', async () => {
  await page.evaluate((id) => {
    location.hash = `#/listing/${encodeURIComponent(id)}`
  }, listing.id)
  await page.getByText('Ways to get it').waitFor()
  await look('03-listing')
})

test('Get shows everything before, and adds it to every chosen app', async () => {
  await page.getByRole('button', { name: /^Get/ }).first().click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('Your apps').first().waitFor()
  for (const app of ['Claude Code', 'Cursor', 'VS Code', 'Codex', 'Gemini CLI', 'opencode']) {
    const box = sheet.getByRole('checkbox', { name: new RegExp(app) })
    if (!(await box.isChecked())) await box.click()
  }
  const more = sheet.getByText(/more setting/)
  if (await more.count()) await more.first().click()
  await sheet.getByLabel(/key/i).first().fill(key)
  await sheet.getByRole('button', { name: /Show changes to Cursor/ }).click()
  await look('04-install-sheet')
  untouched()
  const install = sheet.getByRole('button', { name: 'Install', exact: true })
  await until(
    'Install can be pressed',
    async () => (await install.getAttribute('aria-disabled')) !== 'true' && (await install.isEnabled()),
  )
  await install.click()
  await sheet.getByText(/Cancel puts everything back/).waitFor()
  await page.screenshot({ path: join(shots, '04b-install-progress.png') })
  await page
    .getByText(/is ready$/)
    .first()
    .waitFor({ timeout: 240_000 })
  await look('05-install-done')
  for (const [name, body] of Object.entries(files)) {
    const now = m.read(name)
    assert.notEqual(now, body, `${name} did not get the server`)
    assert.match(now, /bin\/toolbay/)
    assert.doesNotMatch(now, /npx/)
  }
  await page.getByRole('button', { name: 'Done', exact: true }).click()
})

test('Installed shows it working; a test says hello again', async () => {
  await go('Installed')
  await page.getByText('Working').first().waitFor()
  await look('06-installed')
  await page
    .getByRole('button', { name: /^More for/ })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'Test' }).click()
  await page.getByText(/works and brings/).waitFor()
})

test('Apps, Keys, Activity and Settings show what is', async () => {
  await go('Apps')
  await page.getByText('From Toolbay').first().waitFor()
  await look('08-apps')
  await go('Activity')
  await page.getByRole('button', { name: 'Show change' }).first().click()
  await look('09-activity')
  await go('Settings')
  await look('10-settings')
})

test('the key is in the keychain and in no file or log', async () => {
  await go('Keys')
  await page.getByText('Kept safe').first().waitFor()
  await look('keys')
  const found = spawnSync('grep', ['-rlaF', key, m.home], { encoding: 'utf8' })
  assert.equal(found.stdout, '', 'files that hold the key')
  assert.ok(!window.log.includes(key), 'the log holds the key')
})

test('Undo puts every byte back', async () => {
  await go('Activity')
  await page
    .getByRole('button', { name: /^Undo: / })
    .first()
    .click()
  await until('all files are as they were', () => Object.entries(files).every(([name, body]) => m.read(name) === body))
  await go('Installed')
  await page.getByText('Nothing here yet').waitFor()
})

test('a pasted command is reviewed and installed for real, and undone', async () => {
  await go('Discover')
  await page.getByRole('button', { name: 'Paste' }).click()
  await page
    .getByRole('textbox', { name: 'What to look through' })
    .fill(`Add it with:\n\n    CONTEXT7_API_KEY=${key} npx -y @upstash/context7-mcp\n`)
  await page.getByRole('button', { name: 'Look through it' }).click()
  await page.getByText('1 server found').waitFor()
  await look('11-paste')
  assert.ok(!(await page.content()).includes(key), 'the page shows the key')
  untouched()
  await page.getByRole('button', { name: /^Review/ }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('Your apps').first().waitFor()
  for (const app of ['Cursor', 'VS Code', 'Codex', 'Gemini CLI', 'opencode']) {
    const box = sheet.getByRole('checkbox', { name: new RegExp(app) })
    if (await box.isChecked()) await box.click()
  }
  const install = sheet.getByRole('button', { name: 'Install', exact: true })
  await until('Install can be pressed', async () => (await install.getAttribute('aria-disabled')) !== 'true')
  await look('11-paste-sheet')
  await install.click()
  await page
    .getByText(/is ready$/)
    .first()
    .waitFor({ timeout: 240_000 })
  assert.match(m.read('.claude.json'), /bin\/toolbay/)
  assert.equal(m.read('.cursor/mcp.json'), files['.cursor/mcp.json'])
  const found = spawnSync('grep', ['-rlaF', key, m.home], { encoding: 'utf8' })
  assert.equal(found.stdout, '', 'files that hold the key')
  await page.getByRole('button', { name: 'Undo this install' }).click()
  await until('the file is as it was', () => m.read('.claude.json') === files['.claude.json'])
})

test('dark and small', async () => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await go('Discover')
  await page.getByRole('searchbox').fill('')
  await page.getByText('Good first servers').waitFor()
  await look('02-discover-dark')
  await page.setViewportSize({ width: 900, height: 600 })
  await look('02-discover-dark-900x600')
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 832 })
})
