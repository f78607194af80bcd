// The real window in a session of its own, used as a person without a mouse
// uses it: keys are pressed by the system and arrive through the window. A
// second way in, WebKit's inspector, only looks: at what has the focus and what
// is written there.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { inspect } from './inspector.mjs'
import { end, freePort, root, shots, until } from './machine.mjs'

const wait = (ms) => new Promise((r) => setTimeout(r, ms))

/** What the page is asked; it changes nothing. */
const looks = `(() => {
  const text = (id) => document.getElementById(id)?.textContent ?? ''
  const name = (e) => (
    e.getAttribute('aria-label') ??
    (e.getAttribute('aria-labelledby')?.split(' ').map(text).join(' ') ||
    [...(e.labels ?? [])].map((l) => l.textContent).join(' ') || e.textContent)
  ).replace(/\\s+/g, ' ').trim()
  const shown = () => (document.body?.innerText ?? '').replace(/\\s+/g, ' ')
  window.looks ??= { name, shown }
})()`

/** Opens the window of a machine; env says where it finds lists. */
export async function real(m, env = {}) {
  const nobody = 'http://127.0.0.1:9'
  const [served, inspected] = [await freePort(), await freePort()]
  const program = m.start(
    join(root, 'build/bin/toolbay-dev'),
    ['-assetdir', join(root, 'frontend/dist'), '-devserver', `127.0.0.1:${served}`],
    {
      WEBKIT_INSPECTOR_HTTP_SERVER: `127.0.0.1:${inspected}`,
      TOOLBAY_DOCKER_CATALOG_URL: `${nobody}/catalog.yaml`,
      TOOLBAY_SOURCE_MIRROR: nobody,
      TOOLBAY_REGISTRY_URL: nobody,
      ...env,
    },
  )
  const page = await until(
    'the window can be looked into',
    () => inspect(`127.0.0.1:${inspected}`).catch(() => null),
    120,
  )
  const run = (command, ...args) => spawnSync(command, args, { encoding: 'utf8', env: m.env, timeout: 30_000 }).stdout
  const ask = (expression) => page.evaluate(`${looks}; ${expression}`)
  const has = (text) => ask(`looks.shown().includes(${JSON.stringify(text)})`)
  const focused = () => ask('document.activeElement ? looks.name(document.activeElement) : ""')
  const fits = (name, wanted) => (wanted instanceof RegExp ? wanted.test(name) : name === wanted)
  await until('the window draws', () => ask('looks.shown().length > 40'))
  const id = await until(
    'the window stands on the screen',
    () => run('xdotool', 'search', '--onlyvisible', '--name', 'Toolbay')?.split('\n')[0],
  )
  const focus = () => run('xdotool', 'windowfocus', id)
  focus()

  const press = async (...names) => {
    for (const name of names) {
      run('xdotool', 'key', '--clearmodifiers', name)
      await wait(120)
    }
  }
  // Waits until the focus has moved: on a busy machine a key that is still on its
  // way would move it on just before the next one is meant for what has it now.
  const step = async (key) => {
    await ask('looks.was = document.activeElement; 0')
    run('xdotool', 'key', '--clearmodifiers', key)
    for (let i = 0; i < 60; i++) {
      if (await ask('document.activeElement !== looks.was')) return
      await wait(25)
    }
    // Nothing moves: the keys go elsewhere, as when the window was still coming up.
    focus()
  }
  const reach = async (wanted, key = 'Tab', most = 120) => {
    for (let i = 0; i <= most; i++) {
      if (fits(await focused(), wanted)) return
      await step(key)
    }
    await w.picture('unreached')
    throw new Error(`${key} does not lead to ${wanted}; the focus is on "${await focused()}"`)
  }
  const w = {
    program,
    press,
    focused,
    /** Whether a text can be read now. */
    has,
    /** Waits until a text can be read. */
    async sees(text, seconds = 45) {
      await until(`"${text}" can be read`, () => has(text), seconds).catch(async (e) => {
        await w.picture('unseen')
        throw e
      })
    },
    /** Waits until a text is gone. */
    gone: (text, seconds = 45) => until(`"${text}" is gone`, async () => !(await has(text)), seconds),
    /** Presses Tab, or another key, until something of that name has the focus. */
    reach,
    /** Goes to a button or link by Tab and presses it. */
    async choose(wanted) {
      await reach(wanted)
      await press('Return')
    },
    /** Goes to what has just been said, by the key for it, and presses its button: it leaves by itself. */
    async answer(wanted) {
      await until(`${wanted} is offered`, () => has(wanted))
      await press('F6')
      await reach(wanted, 'Tab', 5)
      await press('Return')
    },
    /** In an open menu: goes to an item with the arrow key and takes it. */
    async item(wanted) {
      await reach(wanted, 'Down', 20)
      await press('Return')
      await until('the menu is gone', () => ask('!document.querySelector("[role=menu]")'))
    },
    /** Past what is shown once, at the first start. */
    async begin() {
      await w.sees('Look around')
      await w.choose('Look around')
      await w.gone('Look around')
    },
    async type(text) {
      run('xdotool', 'type', '--delay', '30', text)
      await wait(150)
    },
    /** Goes to a main place by keyboard; again when the page was drawn anew under the key. */
    async go(name) {
      const there = `document.activeElement?.closest('nav') && looks.name(document.activeElement).startsWith(${JSON.stringify(name)})`
      const open = () => ask(`document.querySelector('main h1')?.textContent === ${JSON.stringify(name)}`)
      for (let turn = 0; turn < 4; turn++) {
        for (let i = 0; i < 120 && !(await ask(there)); i++) await step('Tab')
        await press('Return')
        if (await until(`${name} is open`, open, 15).catch(() => false)) return
      }
      await w.picture('unopened')
      throw new Error(`the keyboard does not lead to ${name}`)
    },
    /** Answers the system's own question for a folder or file; again when a key was lost while it drew. */
    async place(path) {
      const asks = () =>
        run('xdotool', 'search', '--onlyvisible', '--class', 'toolbay')
          .split('\n')
          .find((x) => x && x !== id)
      const dialog = await until('the system asks for a place', asks)
      for (let turn = 0; turn < 3 && asks(); turn++) {
        run('xdotool', 'windowfocus', '--sync', dialog)
        await wait(1000)
        run('xdotool', 'key', '--clearmodifiers', 'ctrl+a')
        // The first letter opens the field that the others are typed into.
        run('xdotool', 'type', path.slice(0, 1))
        await wait(1000)
        run('xdotool', 'type', '--delay', '40', path.slice(1))
        await wait(1000)
        run('import', '-window', 'root', join(shots, 'real-dialog.png'))
        run('xdotool', 'key', '--clearmodifiers', 'Return')
        await until('the system has its answer', () => !asks(), 5).catch(() => {})
      }
      await wait(700)
      focus()
    },
    async picture(name) {
      // What stands in the page is drawn some frames later.
      await ask(
        'looks.drawn = false; requestAnimationFrame(() => requestAnimationFrame(() => { looks.drawn = true })); 0',
      )
      await until('the page is drawn', () => ask('looks.drawn'))
      await wait(900)
      run('import', '-window', id, join(shots, `real-${name}.png`))
    },
    /** Nothing is cut off at the window's side. */
    async fits() {
      const over = await ask('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      assert.ok(over <= 0, `the page is ${over} px wider than the window`)
    },
    async close() {
      page.close()
      await end(program)
    },
  }
  return w
}
