import type { InstallResult } from '@/backend'
import { AppGlyph } from '@/ui/app-glyph'
import { Rows } from '@/ui/card'

/** What each app needs before it sees a change. */
export function Restarts({ apps, className }: { apps: InstallResult['restart']; className?: string }) {
  return (
    <Rows className={className}>
      {apps.map((r) => (
        <li key={r.app} className="flex items-center gap-3 px-4 py-3">
          <AppGlyph app={r.app} />
          <div className="min-w-0">
            <p className="font-semibold">{r.name}</p>
            <p className="meta">{r.text}</p>
          </div>
        </li>
      ))}
    </Rows>
  )
}
