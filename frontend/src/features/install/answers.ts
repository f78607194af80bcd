import { z } from 'zod/mini'
import type { InputField } from '@/backend'

export type Answers = Record<string, string>

/** A key of catalogue section ui.field; '' when the answer is fine. */
export type Wrong = '' | 'missing' | 'not-number' | 'too-small' | 'too-big' | 'not-choice'

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
  if (input.format === 'number') {
    if (!number.safeParse(value).success) return 'not-number'
    const n = Number(value.replace(',', '.'))
    if (input.min !== null && n < input.min) return 'too-small'
    if (input.max !== null && n > input.max) return 'too-big'
  }
  if (input.choices.length > 0 && !input.choices.includes(value)) return 'not-choice'
  return ''
}

export function checkAll(inputs: InputField[], answers: Answers): Record<string, Wrong> {
  return Object.fromEntries(inputs.map((i) => [i.key, check(i, answers[i.key] ?? '')]))
}

/** The values of a setting that takes several. */
export function lines(answer: string): string[] {
  return answer
    .split('\n')
    .map((v) => v.trim())
    .filter((v) => v !== '')
}

/** Required first, otherwise in the order of the listing. */
export function ordered(inputs: InputField[]): InputField[] {
  return [...inputs.filter((i) => i.required), ...inputs.filter((i) => !i.required)]
}

/** Answers and secrets apart, empty ones left out: what the Go side takes. */
export function split(inputs: InputField[], answers: Answers): { answers: Answers; secrets: Answers } {
  const out = { answers: {} as Answers, secrets: {} as Answers }
  for (const i of inputs) {
    const given = (answers[i.key] ?? '').trim()
    const value = i.multiple ? lines(given).join('\n') : i.format === 'number' ? given.replace(',', '.') : given
    if (value !== '') out[i.secret ? 'secrets' : 'answers'][i.key] = value
  }
  return out
}
