// A machine of a test's own: a home with AI apps' files that hold other
// people's servers and comments, a registry on this computer that speaks the
// real API, and the window's program.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

export const root = resolve(import.meta.dirname, '../..')
export const shots = process.env.TOOLBAY_SHOTS ?? join(root, 'build/bin/shots')
mkdirSync(shots, { recursive: true })

/** The apps' files as the test finds them; they must come back byte for byte. */
export const files = {
  '.claude.json':
    '{\n  "numStartups": 3,\n  "mcpServers": {\n    "other": { "type": "stdio", "command": "true", "args": [] }\n  }\n}\n',
  '.cursor/mcp.json': '{\r\n\t"mcpServers": {\r\n\t\t"other": {\r\n\t\t\t"command": "true"\r\n\t\t}\r\n\t}\r\n}',
  '.config/Code/User/mcp.json':
    '{\n  // my servers\n  "servers": {\n    "other": { "type": "stdio", "command": "true" }, // keep\n  },\n}\n',
  '.gemini/settings.json': '{\n  // my notes\n  "theme": "Dark"\n}\n',
  '.config/opencode/opencode.jsonc': '{\n  // mine\n  "mcp": {},\n}\n',
  '.codex/config.toml': '# my model\nmodel = "gpt-5"\n\n[mcp_servers.other] # keep\ncommand = "true"\n',
}

export function machine() {
  const home = mkdtempSync(join(tmpdir(), 'toolbay-e2e-'))
  const children = []
  const env = {
    ...process.env,
    HOME: home,
    TOOLBAY_HOME: join(home, '.toolbay'),
    XDG_CONFIG_HOME: '',
    XDG_DATA_HOME: '',
    // npm's own settings of this machine, such as where packages come from.
    npm_config_userconfig: process.env.npm_config_userconfig ?? join(homedir(), '.npmrc'),
  }
  for (const [name, body] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), body)
  }
  const start = (command, args, more = {}, stdin = 'ignore') => {
    const c = spawn(command, args, {
      cwd: home,
      env: { ...env, ...more },
      stdio: [stdin, 'pipe', 'pipe'],
      detached: true,
    })
    c.log = ''
    for (const s of [c.stdout, c.stderr]) s.on('data', (d) => (c.log += d))
    children.push(c)
    return c
  }
  return {
    home,
    env,
    start,
    /** What the command line says, for a machine on which something happened before; {input} is typed into it. */
    toolbay(...args) {
      const input = typeof args.at(-1) === 'object' ? args.pop().input : ''
      const nobody = 'http://127.0.0.1:9'
      const r = spawnSync(join(root, 'build/bin/toolbay'), [...args, '--yes', '--json'], {
        cwd: home,
        encoding: 'utf8',
        timeout: 300_000,
        input,
        env: {
          TOOLBAY_DOCKER_CATALOG_URL: nobody,
          TOOLBAY_SOURCE_MIRROR: nobody,
          TOOLBAY_REGISTRY_URL: nobody,
          ...env,
        },
      })
      if (r.status !== 0) throw new Error(`toolbay ${args.join(' ')}: ${r.stdout}${r.stderr}`)
      return JSON.parse(r.stdout)
    },
    read: (name) => readFileSync(join(home, name), 'utf8'),
    /** The registry's address. */
    async registry() {
      const args = ['-listen', '127.0.0.1:0']
      const dump =
        process.env.TOOLBAY_DATA && join(process.env.TOOLBAY_DATA, 'registry/official-registry-full-2025-12-18.json.gz')
      if (dump && existsSync(dump)) args.push('-records', dump)
      const c = start(join(root, 'build/bin/fakeregistry'), args)
      const first = createInterface({ input: c.stdout })
      for await (const line of first) return { address: line, real: args.length > 2 }
      throw new Error(`the registry did not start: ${c.log}`)
    },
    /** A server behind a sign-in; end makes every sign-in worthless. */
    async remote() {
      const c = start(join(root, 'build/bin/fakeremote'), [], {}, 'pipe')
      const lines = createInterface({ input: c.stdout })[Symbol.asyncIterator]()
      const address = (await lines.next()).value
      if (!address) throw new Error(`the remote server did not start: ${c.log}`)
      return {
        address,
        async end() {
          c.stdin.write('end\n')
          await lines.next()
        },
      }
    },
    /** A PATH on which a person's web browser says yes to every page it is shown. */
    browser() {
      const dir = join(home, 'bin')
      mkdirSync(dir, { recursive: true })
      for (const name of ['xdg-open', 'x-www-browser', 'www-browser'])
        writeFileSync(join(dir, name), '#!/bin/sh\nexec curl -sL "$1" -o /dev/null\n', { mode: 0o755 })
      return `${dir}:${process.env.PATH}`
    },
    async close() {
      await Promise.all(children.map(end))
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Ends a program and what it started; one that does not hear is killed after 15 s. */
export async function end(c) {
  const ended = () => c.exitCode !== null || c.signalCode !== null
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    if (ended()) return
    try {
      process.kill(-c.pid, signal)
    } catch {
      // it has ended by itself
    }
    await until('a program has ended', ended, 15).catch(() => {})
  }
}

/** A port of this computer that nobody uses. */
export function freePort() {
  return new Promise((done, fail) => {
    const s = createServer().on('error', fail)
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })
}

/** Waits until a condition holds, and says which one did not. */
export async function until(what, holds, seconds = 60) {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const v = await holds()
    if (v) return v
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await new Promise((r) => setTimeout(r, 100))
  }
}
