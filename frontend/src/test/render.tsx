import { createMemoryHistory } from '@tanstack/react-router'
import { render } from '@testing-library/react'
import userEvent, { type UserEvent } from '@testing-library/user-event'
import { App } from '@/app/app'
import { type Fake, type FakeOptions, makeFake } from '@/backend/fake'

/** The whole window on a fake backend, opened at a path. Small, so that tests are quick. */
export function open(path = '/', options: FakeOptions | Fake = {}) {
  const fake = 'calls' in options ? options : makeFake(options)
  const history = createMemoryHistory({ initialEntries: [path] })
  const view = render(<App backend={fake} history={history} />)
  return { fake, history, user: userEvent.setup(), ...view }
}

/** The calls of one method, oldest first. */
export function callsOf(fake: Fake, method: string): unknown[][] {
  return fake.calls.filter((c) => c.method === method).map((c) => c.args)
}

/** Puts a text into a field at once, as from the clipboard; a key for each letter draws the window each time. */
export async function fill(user: UserEvent, field: HTMLElement, text: string): Promise<void> {
  await user.click(field)
  await user.paste(text)
}
