import type { JobView } from './types'

/** One stage of a job as it was seen here: when it began, how much it moved. */
export type StageRecord = { stage: string; from: number; to: number; done: number; unit: string }

const logs = new Map<string, StageRecord[]>()

/**
 * Remembers when a job entered each stage, so that the sheet can say "35 MB in
 * 4 s" also after it was closed and opened again. The Go side tells only the
 * present stage.
 */
export function noteProgress(job: JobView, now = Date.now()): void {
  const log = logs.get(job.id) ?? []
  const last = log.at(-1)
  const { stage, done, unit } = job.progress
  if (last) last.to = now
  if (stage !== '' && last?.stage !== stage) log.push({ stage, from: now, to: now, done, unit })
  else if (last && unit === 'bytes') last.done = Math.max(last.done, done)
  logs.set(job.id, log)
}

export function stagesOf(job: string): readonly StageRecord[] {
  return logs.get(job) ?? []
}
