// No network at all, in the window's twin in a browser: what was fetched once
// is searched and looked at as before, and the window says how old it is and
// which lists do not answer. Pictures are kept in build/bin/shots.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import { freePort, machine, root, shots, until } from './machine.mjs'

let m
let browser
let page
let window

before(async () => {
  m = machine()
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
})

after(async () => {
  await browser?.close()
  await m?.close()
})

/** Opens the window with the official registry there and nothing else. */
async function open(registry) {
  const port = await freePort()
  const nobody = 'http://127.0.0.1:9'
  window = m.start(
    join(root, 'build/bin/toolbay-dev'),
    ['-assetdir', join(root, 'frontend/dist'), '-devserver', `127.0.0.1:${port}`],
    { TOOLBAY_SOURCE_MIRROR: nobody, TOOLBAY_REGISTRY_URL: registry ?? nobody },
  )
  const address = `http://127.0.0.1:${port}/`
  await until('the window answers', () =>
    fetch(address).then(
      (r) => r.ok,
      () => false,
    ),
  )
  const context = await browser.newContext({ viewport: { width: 1280, height: 832 } })
  page = await context.newPage()
  page.setDefaultTimeout(90_000)
  await page.goto(address)
}

async function close() {
  await page.context().close()
  process.kill(-window.pid, 'SIGTERM')
  await until('the window has ended', () => window.exitCode !== null || window.signalCode !== null)
}

async function look(name) {
  await page.screenshot({ path: join(shots, `${name}.png`) })
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`),
    [],
    `axe on ${name}`,
  )
}

const go = (hash) =>
  page.evaluate((h) => {
    location.hash = h
  }, hash)
const sources = '#/settings?part=sources'
const row = (name) => page.getByRole('row', { name: new RegExp(`^${name}`) })
const checked = () => page.getByRole('button', { name: 'Check all now' }).and(page.locator(':enabled')).waitFor()

test('before any list was ever fetched, what came with Toolbay is there', async () => {
  await open()
  await page.getByRole('button', { name: 'Look around' }).click()
  await page.getByText('No list could be reached.').waitFor()
  await page.getByText('Search works with what came with Toolbay.').waitFor()
  await page.getByRole('searchbox').fill('library docs')
  await page.getByRole('button', { name: /^Get / }).first().waitFor()
  await look('offline-first')
  await close()
})

test('lists that do not answer are named while the rest works', async () => {
  const { address } = await m.registry()
  await open(address)
  await go(sources)
  await checked()
  if ((await row('Official registry').getByText('Up to date').count()) === 0) {
    await page.getByRole('button', { name: 'Check all now' }).click()
  }
  await row('Official registry').getByText('Up to date').waitFor()
  await checked()
  await page.getByText(/^\d lists could not be checked\.$/).waitFor()
  await row('Docker catalogue').getByText('Not reached').waitFor()
  await look('offline-one-works')
  await close()
})

test('with no network the lists are searched as they are, and their age is told', async () => {
  await open()
  await go(sources)
  await page.getByRole('button', { name: 'Check all now' }).click()
  const official = row('Official registry')
  await official.getByText('Not fresh').waitFor()
  await checked()
  assert.match(await official.textContent(), /just now|min ago/)
  await look('offline-sources')

  await go('#/')
  await page.getByText('No list could be reached.').waitFor()
  await page.getByText(/Search works\. The lists were checked (just now|\d+ min ago)\./).waitFor()
  await page.getByRole('searchbox').fill('library docs')
  await page.getByRole('button', { name: /^Get / }).first().waitFor()
  await look('offline-search')

  await go('#/listing/starter%2Fcontext7')
  await page.getByText('Ways to get it').waitFor()
  await page.getByRole('button', { name: 'See where each fact comes from' }).click()
  await look('offline-listing')
})
