import { useTranslation } from 'react-i18next'
import type { SourceView } from '@/backend'
import { list } from '@/text/format'

const told = [
  'source_unreachable',
  'source_refused',
  'source_garbage',
  'source_loops',
  'source_short',
  'source_insecure',
  'source_key',
  'source_busy',
] as const

/** A sentence on lists that could not be read: by name, and what went wrong. */
export function useSourceProblem(): (failed: SourceView[]) => string {
  const { t } = useTranslation()
  return (failed) => {
    if (failed.length > 2) return t('source-problem.several', { count: failed.length })
    const codes = new Set(failed.map((s) => s.error))
    const code = codes.size === 1 ? told.find((c) => codes.has(c)) : undefined
    return t(`source-problem.${code ?? 'other'}`, { names: list(failed.map((s) => s.name)), count: failed.length })
  }
}
