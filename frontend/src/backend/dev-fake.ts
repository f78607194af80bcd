import { type Fake, makeFake, someWords } from './fake'
import { makeApps, makeFirstRun } from './fake-data'

declare global {
  interface Window {
    /** the fake of `npm run dev`, for the pictures of tools/shots.mjs */
    toolbayFake?: Fake
  }
}

/**
 * The fake of `npm run dev`. The address chooses a scene: ?scene=first-run,
 * empty, error, no-keychain; ?theme=dark; ?slow.
 */
export function devFake(): Fake {
  const wish = new URLSearchParams(window.location.search)
  const scene = wish.get('scene')
  const apps = makeApps()
  const fake = makeFake({
    step: Number(wish.get('step') ?? 700),
    delay: wish.has('slow') ? 100_000 : 0,
    apps,
    ...(scene === 'empty' ? { servers: [], history: [] } : {}),
    ...(scene === 'no-keychain'
      ? {
          keysProblem: someWords({
            code: 'keychain_absent',
            message: 'This computer has no keychain that Toolbay can use.',
            hint: 'Keys can be kept in a file that only your account can read.',
          }),
        }
      : {}),
    firstRun: { ...makeFirstRun(apps), needed: scene === 'first-run' },
  })
  if (scene === 'error')
    for (const m of ['search', 'servers', 'apps', 'history', 'keys', 'settings', 'listing'] as const)
      fake.fail(m, someWords())
  const theme = wish.get('theme')
  if (theme === 'dark' || theme === 'light') fake.state.settings.theme = theme
  window.toolbayFake = fake
  return fake
}
