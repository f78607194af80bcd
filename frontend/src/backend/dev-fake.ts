import { type Fake, makeFake, someWords } from './fake'
import { makeApps, makeFirstRun, makeListings, notionInputs } from './fake-data'
import type { InputField } from './types'

declare global {
  interface Window {
    /** the fake of `npm run dev`, for the pictures of tools/shots.mjs */
    toolbayFake?: Fake
  }
}

/**
 * The fake of `npm run dev`. The address chooses a scene: ?scene=first-run,
 * empty, error, no-keychain, risks, no-engine; ?theme=dark; ?slow.
 */
export function devFake(): Fake {
  const wish = new URLSearchParams(window.location.search)
  const scene = wish.get('scene')
  const apps = makeApps()
  const fake = makeFake({
    listings: makeListings(),
    step: Number(wish.get('step') ?? (scene === 'sign-in' ? 100_000 : 700)),
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
  if (scene === 'risks') {
    fake.state.offer.risks = [
      { code: 'unsigned', text: 'Nobody has signed this bundle, so nobody vouches for it.', command: '' },
      {
        code: 'command',
        text: 'It starts a program that is not in the bundle.',
        command: 'npx -y @example/other --all',
      },
    ]
    fake.state.offer.inputs = [
      {
        ...notionInputs[1],
        key: 'F',
        label: 'Folders it may open',
        multiple: true,
        default: '/home/maria/Documents\n/home/maria/Work',
      } as InputField,
    ]
    fake.state.offer.own_inputs = true
  }
  if (scene === 'sign-in')
    for (const s of fake.state.servers) if (s.id === 'google-calendar') s.status = 'needs-sign-in'
  if (scene === 'no-engine')
    fake.fail(
      'installOffer',
      someWords({
        code: 'engine_missing',
        message: 'Docker is not running on this computer.',
        hint: 'Start Docker, or get this server in another way.',
      }),
    )
  const theme = wish.get('theme')
  if (theme === 'dark' || theme === 'light') fake.state.settings.theme = theme
  window.toolbayFake = fake
  return fake
}
