import { useTranslation } from 'react-i18next'
import type { ServerView } from '@/backend'
import { ToolList } from '@/features/listing/tool-list'
import { date, shortPath } from '@/text/format'
import { Details, Log } from '@/ui/details'

/** A server opened in its row: settings, tools, and the exact facts behind a disclosure. */
export function ServerDetails({ server, apps }: { server: ServerView; apps: string }) {
  const { t } = useTranslation()
  const facts: [string, string][] = [
    [t('server.in'), apps],
    [t('server.version'), server.version],
    [t('server.installed'), date(server.installed)],
    ...server.settings.map((s): [string, string] => [
      s.label,
      s.secret ? (s.set ? t('server.key-set') : t('server.key-missing')) : shortPath(s.value),
    ]),
  ]
  return (
    <div className="border-line border-t bg-panel px-3.5 py-3 pl-14.5 narrow:pl-3.5">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1 text-second">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-3">{name}</dt>
            <dd className="selectable truncate">{value}</dd>
          </div>
        ))}
      </dl>
      {server.tools.length > 0 && (
        <div className="mt-3">
          <p className="mb-1.5 font-semibold text-second">{t('listing.tools', { count: server.tools.length })}</p>
          <ToolList tools={server.tools} />
        </div>
      )}
      <Details className="mt-3">
        <Log label={t('details.log')}>
          {[
            `${server.package.type}  ${server.package.identifier}  ${server.package.version}`,
            server.id,
            server.log.trim(),
          ]
            .filter(Boolean)
            .join('\n')}
        </Log>
      </Details>
    </div>
  )
}
