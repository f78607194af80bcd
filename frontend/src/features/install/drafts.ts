import type { Answers } from './answers'

/**
 * What was typed into a sheet that was closed or whose install failed, by
 * listing. In memory only: keys among it are written nowhere.
 */
export const drafts = new Map<string, { answers: Answers; chosen: string[] }>()
