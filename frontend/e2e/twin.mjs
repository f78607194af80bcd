// The window's twin in a browser: the real frontend and the real Go side, in
// a page that a test can click through.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import { freePort, root, shots, until } from './machine.mjs'

/** Opens the window of a machine; env says where it finds lists, open is what it was started with. */
export async function twin(m, env = {}, open = []) {
  const port = await freePort()
  const program = m.start(
    join(root, 'build/bin/toolbay-dev'),
    ['-assetdir', join(root, 'frontend/dist'), '-devserver', `127.0.0.1:${port}`, ...open],
    {
      // Docker's catalogue is not to be reached here; the window must say so
      // and go on.
      TOOLBAY_DOCKER_CATALOG_URL: 'http://127.0.0.1:9/catalog.yaml',
      TOOLBAY_SOURCE_MIRROR: 'http://127.0.0.1:9',
      ...env,
    },
  )
  const address = `http://127.0.0.1:${port}/`
  await until('the window answers', () =>
    fetch(address).then(
      (r) => r.ok,
      () => false,
    ),
  )
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  const context = await browser.newContext({ viewport: { width: 1280, height: 832 } })
  const page = await context.newPage()
  page.setDefaultTimeout(45_000)
  await page.goto(address)
  return {
    page,
    program,
    close: () => browser.close(),
    picture: (name) => page.screenshot({ path: join(shots, `${name}.png`) }),
    /** Looks at the screen with axe and keeps a picture of it. */
    async look(name) {
      await page.screenshot({ path: join(shots, `${name}.png`) })
      const found = await new AxeBuilder({ page }).analyze()
      assert.deepEqual(
        found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`),
        [],
        `axe on ${name}`,
      )
    },
    go: (name) =>
      page
        .getByRole('navigation')
        .getByRole('link', { name: new RegExp(`^${name}`) })
        .click(),
    /** Presses Install in the open sheet once it can be pressed. */
    async install(sheet) {
      const button = sheet.getByRole('button', { name: 'Install', exact: true })
      await until('Install can be pressed', async () => (await button.getAttribute('aria-disabled')) !== 'true')
      await button.click()
    },
    /** Chooses something in the menu of an installed server. */
    async menu(server, item) {
      await page.getByRole('button', { name: `More for ${server}` }).click()
      await page.getByRole('menuitem', { name: item }).click()
    },
  }
}
