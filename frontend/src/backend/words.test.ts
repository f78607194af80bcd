import { describe, expect, it } from 'vitest'
import { toWords } from './words'

const words = {
  code: 'disk_full',
  message: 'The disk is full.',
  hint: 'Make room.',
  action: 'retry',
  detail: 'ENOSPC',
  args: { need: '35 MB' },
}

describe('a rejected promise', () => {
  it('keeps the words of the Go side', () => expect(toWords(words)).toEqual(words))
  it('reads them from text too', () => expect(toWords(JSON.stringify(words))).toEqual(words))
  it('reads them from an error that the runtime made of the text', () =>
    expect(toWords(new Error(JSON.stringify(words)))).toEqual(words))
  it('copes with null where Go had nothing', () =>
    expect(toWords({ ...words, args: null, needs: null })).toEqual({ ...words, args: {}, needs: undefined }))
  it.each([
    ['an error', new Error('boom'), 'boom'],
    ['a bare text', 'boom', 'boom'],
    ['nothing', undefined, ''],
    ['half an object', { code: 1 }, ''],
  ])('makes "unexpected" of %s and keeps its text as detail', (_, reason, detail) => {
    expect(toWords(reason)).toMatchObject({ code: 'unexpected', message: '', detail })
  })
})
