import { useTranslation } from 'react-i18next'
import type { ProfileView } from '@/backend'

/** What a switch means, in a few words; the change shows all of it. */
export function Difference({ from, to }: { from: ProfileView | undefined; to: ProfileView }) {
  const { t } = useTranslation()
  const off = from?.servers.filter((s) => !to.servers.includes(s)).length ?? 0
  const on = to.servers.filter((s) => !from?.servers.includes(s)).length
  const said = [
    off > 0 && t('profiles.turns-off', { count: off }),
    on > 0 && t('profiles.turns-on', { count: on }),
  ].filter((x) => x !== false)
  return said.length > 0 && <p className="meta num">{said.join(' · ')}</p>
}
