import { useTranslation } from 'react-i18next'
import type { JobView } from '@/backend'
import { stagesOf } from '@/backend/stage-log'

/** The stages of an install in their order, and how much of the whole each usually is. */
export const stages = [
  ['resolve', 0.04],
  ['runtime', 0.4],
  ['download', 0.3],
  ['prepare', 0.1],
  ['signin', 0.1],
  ['hello', 0.12],
  ['apps', 0.04],
] as const

export type Stage = (typeof stages)[number][0]

export function isStage(s: string): s is Stage {
  return stages.some(([name]) => name === s)
}

/** How far a job is, 0..1. Within a stage the real counts are used; a stage that was never entered is not waited for. */
export function overall(job: JobView): number {
  if (job.state === 'done') return 1
  if (job.kind === 'sync') return 0
  const { stage, done, total } = job.progress
  const within = total > 0 ? Math.min(1, done / total) : 0
  if (!isStage(stage)) return within
  const seen = new Set(stagesOf(job.id).map((r) => r.stage))
  const at = stages.findIndex(([name]) => name === stage)
  let before = 0
  let all = 0
  stages.forEach(([name, weight], i) => {
    if (i < at && !seen.has(name)) return
    all += weight
    if (i < at) before += weight
    if (i === at) before += weight * within
  })
  return before / all
}

/** The word for what a job does now: "Downloading". */
export function useStageWord(): (job: JobView) => string {
  const { t } = useTranslation('stages')
  return (job) => {
    const { stage } = job.progress
    if (job.kind === 'sync') return t('sync.now')
    if (isStage(stage)) return t(`${stage}.now`)
    return t('other.now')
  }
}
