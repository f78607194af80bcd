import { describe, expect, it } from 'vitest'
import type { InputField } from '@/backend'
import { check, checkAll, defaults, ordered, split } from './answers'

const input = (more: Partial<InputField>): InputField => ({
  key: 'K',
  label: 'K',
  description: '',
  required: false,
  secret: false,
  format: 'string',
  default: '',
  placeholder: '',
  choices: [],
  link: '',
  multiple: false,
  min: null,
  max: null,
  given: false,
  ...more,
})

describe('an answer', () => {
  it.each([
    ['required and empty', { required: true }, '  ', 'missing'],
    ['required and given', { required: true }, 'x', ''],
    ['optional and empty', {}, '', ''],
    ['a number', { format: 'number' }, '25', ''],
    ['a number with a comma', { format: 'number' }, '2,5', ''],
    ['a number below its bound', { format: 'number', min: 1 }, '0', 'too-small'],
    ['a number above its bound', { format: 'number', max: 9 }, '9,5', 'too-big'],
    ['a word for a number', { format: 'number' }, 'many', 'not-number'],
    ['one of the choices', { choices: ['eu', 'us'] }, 'us', ''],
    ['none of the choices', { choices: ['eu', 'us'] }, 'asia', 'not-choice'],
  ] as const)('%s', (_, more, answer, want) => {
    expect(check(input(more as Partial<InputField>), answer)).toBe(want)
  })
})

it('asks for what is required first, else in the listing’s order', () => {
  const keys = ordered([
    input({ key: 'a' }),
    input({ key: 'b', required: true }),
    input({ key: 'c' }),
    input({ key: 'd', required: true }),
  ]).map((i) => i.key)
  expect(keys).toEqual(['b', 'd', 'a', 'c'])
})

it('never begins with a secret, even when the listing declares one', () => {
  expect(defaults([input({ secret: true, default: 'leaked' }), input({ key: 'B', format: 'boolean' })])).toEqual({
    K: '',
    B: 'false',
  })
})

it('sends several values one a line, without the empty ones', () => {
  expect(split([input({ multiple: true })], { K: ' /a \n\n /b' })).toEqual({ answers: { K: '/a\n/b' }, secrets: {} })
})

it('keeps secrets apart and leaves out what is empty', () => {
  const inputs = [input({ key: 'TOKEN', secret: true }), input({ key: 'N', format: 'number' }), input({ key: 'E' })]
  expect(split(inputs, { TOKEN: ' t ', N: '2,5', E: '' })).toEqual({ answers: { N: '2.5' }, secrets: { TOKEN: 't' } })
  expect(checkAll(inputs, {})).toEqual({ TOKEN: '', N: '', E: '' })
})
