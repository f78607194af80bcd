import type { AppView, FileView, RepairView } from '@/backend'

export type Health = 'ok' | 'look' | 'bad' | 'off'

/**
 * How an app's files are, as one word's tone. An absent or empty file is fine: the app has no servers yet.
 * What a check found counts as broken when the app loses servers by it, else it is worth a look.
 */
export function appHealth(app: AppView, checks: RepairView[] = []): Health {
  if (!app.found) return 'off'
  if (app.files.some((f) => f.health === 'broken' || f.health === 'unreadable')) return 'bad'
  const problems = checks.flatMap((v) => v.problems)
  if (problems.some((p) => p.severity === 'error')) return 'bad'
  return problems.some((p) => p.severity === 'warn') ? 'look' : 'ok'
}

export function brokenFile(app: AppView): FileView | undefined {
  return app.files.find((f) => f.health === 'broken' || f.health === 'unreadable')
}
