import { createMemoryHistory } from '@tanstack/react-router'
import { render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { App } from '@/app/app'
import { type Fake, type FakeOptions, makeFake } from '@/backend/fake'
import { makeListings } from '@/backend/fake-data'

/** The whole window on a fake backend, opened at a path. Small, so that tests are quick. */
export function open(path = '/', options: FakeOptions | Fake = {}) {
  const fake = 'calls' in options ? options : makeFake({ listings: makeListings(40), ...options })
  const history = createMemoryHistory({ initialEntries: [path] })
  const view = render(<App backend={fake} history={history} />)
  return { fake, history, user: userEvent.setup(), ...view }
}

/** The calls of one method, oldest first. */
export function callsOf(fake: Fake, method: string): unknown[][] {
  return fake.calls.filter((c) => c.method === method).map((c) => c.args)
}
