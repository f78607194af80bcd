import { useTranslation } from 'react-i18next'
import { ExternalLink } from '@/ui/external-link'

/** Directories that can only be looked at: they offer no way to read them. */
const places = [
  ['mcp.so', 'https://mcp.so/'],
  ['desktopextensions.com', 'https://desktopextensions.com/'],
  ['PulseMCP', 'https://www.pulsemcp.com/servers'],
] as const

/** Where a person may look when none of the lists has it. */
export function Elsewhere() {
  const { t } = useTranslation()
  return (
    <section aria-label={t('discover.elsewhere')} className="flex flex-col items-center px-6 pb-10 text-center">
      <h2 className="font-semibold text-second">{t('discover.elsewhere')}</h2>
      <p className="mt-1 max-w-[44ch] text-ink-3 text-second">{t('discover.elsewhere-text')}</p>
      <ul className="mt-2 flex flex-wrap justify-center gap-x-5 gap-y-1">
        {places.map(([name, url]) => (
          <li key={name}>
            <ExternalLink url={url} className="text-second">
              {name}
            </ExternalLink>
          </li>
        ))}
      </ul>
    </section>
  )
}
