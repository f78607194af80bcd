import { z } from 'zod/mini'
import type { InputField } from '@/backend'

export type Answers = Record<string, string>

/** A key of catalogue section ui.field; '' when the answer is fine. */
export type Wrong = '' | 'missing' | 'not-number' | 'not-choice'

const number = z.string().check(z.regex(/^-?\d+([.,]\d+)?$/))

/** What the form begins with: the declared defaults. A secret never has one. */
export function defaults(inputs: InputField[]): Answers {
  const out: Answers = {}
  for (const i of inputs) out[i.key] = i.secret ? '' : i.default || (i.format === 'boolean' ? 'false' : '')
  return out
}

export function check(input: InputField, answer: string): Wrong {
  const value = answer.trim()
  if (value === '') return input.required ? 'missing' : ''
  if (input.format === 'number' && !number.safeParse(value).success) return 'not-number'
  if (input.choices.length > 0 && !input.choices.includes(value)) return 'not-choice'
  return ''
}

export function checkAll(inputs: InputField[], answers: Answers): Record<string, Wrong> {
  return Object.fromEntries(inputs.map((i) => [i.key, check(i, answers[i.key] ?? '')]))
}

/** Required first, otherwise in the order of the listing. */
export function ordered(inputs: InputField[]): InputField[] {
  return [...inputs.filter((i) => i.required), ...inputs.filter((i) => !i.required)]
}

/** Answers and secrets apart, empty ones left out: what the Go side takes. */
export function split(inputs: InputField[], answers: Answers): { answers: Answers; secrets: Answers } {
  const out = { answers: {} as Answers, secrets: {} as Answers }
  for (const i of inputs) {
    const value = (answers[i.key] ?? '').trim().replace(i.format === 'number' ? ',' : /(?!)/, '.')
    if (value !== '') out[i.secret ? 'secrets' : 'answers'][i.key] = value
  }
  return out
}
