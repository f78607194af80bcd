import { z } from 'zod/mini'
import type { Words } from './types'

const need = z.object({
  kind: z.enum(['download', 'write', 'scripts', 'risk', 'input', 'secret', 'close', 'skip']),
  name: z.string(),
  text: z.string(),
  flag: z.string(),
})

const words = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  action: z._default(z.string(), ''),
  detail: z._default(z.string(), ''),
  args: z._default(z.nullable(z.record(z.string(), z.string())), {}),
  needs: z.optional(z.nullable(z.array(need))),
})

/** What is shown when a failure arrives without words of its own. */
const unexpected = (detail: string): Words => ({
  code: 'unexpected',
  message: '',
  hint: '',
  action: 'retry',
  detail,
  args: {},
})

/**
 * Makes Words of whatever a promise was rejected with: the object of the Go
 * side's error formatter, the same as JSON text, or anything else. An empty
 * message tells ui/problem to take the words of "unexpected".
 */
export function toWords(reason: unknown): Words {
  // Wails puts what the Go side says into the message of an Error.
  const said = reason instanceof Error ? reason.message : reason
  const parsed = words.safeParse(typeof said === 'string' ? parseJson(said) : said)
  if (parsed.success) {
    const w = parsed.data
    return { ...w, args: w.args ?? {}, needs: w.needs ?? undefined }
  }
  if (reason instanceof Error) return unexpected(reason.message)
  return unexpected(typeof reason === 'string' ? reason : '')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
