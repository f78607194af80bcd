import type { AppView, FileView } from '@/backend'

/** How an app's files are, as one word's tone. An absent or empty file is fine: the app has no servers yet. */
export function appHealth(app: AppView): 'ok' | 'bad' | 'off' {
  if (!app.found) return 'off'
  return app.files.some((f) => f.health === 'broken' || f.health === 'unreadable') ? 'bad' : 'ok'
}

export function brokenFile(app: AppView): FileView | undefined {
  return app.files.find((f) => f.health === 'broken' || f.health === 'unreadable')
}
