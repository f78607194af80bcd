import { useTranslation } from 'react-i18next'
import type { ProfileDetail, ProfileView } from '@/backend'
import { useApps, useServers } from '@/backend/queries'
import { AppGlyph } from '@/ui/app-glyph'
import { Tile } from '@/ui/tile'
import { NameDialog, PickDialog } from './dialogs'
import { SwitchDialog } from './switch-dialog'

/** The one that is always there: it has each server's own settings and keys. */
export const firstProfile = 'default'

export type Asked = 'new' | 'rename' | 'duplicate' | 'switch' | 'add' | 'apps' | ''

type Props = {
  shown: ProfileView
  detail: ProfileDetail | undefined
  asked: Asked
  onClose: () => void
  onPick: (id: string) => void
}

/** What is asked about the profile that is shown, or nothing. */
export function AskedDialog({ shown, detail, asked, onClose, onPick }: Props) {
  const { t } = useTranslation()
  const apps = useApps()
  const servers = useServers()
  const { id, name } = shown
  const created = (made: string) => t('profiles.created', { name: made })
  if (asked === 'new')
    return (
      <NameDialog
        title={t('profiles.new')}
        text={t('profiles.new-text')}
        button={t('profiles.create')}
        done={created}
        act={(b, n) => b.createProfile(n, '')}
        onClose={onClose}
        onDone={onPick}
      />
    )
  if (asked === 'duplicate')
    return (
      <NameDialog
        title={t('profiles.duplicate-title', { name })}
        text={t('profiles.duplicate-text')}
        button={t('profiles.duplicate')}
        done={created}
        act={(b, n) => b.createProfile(n, id)}
        onClose={onClose}
        onDone={onPick}
      />
    )
  if (asked === 'rename')
    return (
      <NameDialog
        title={t('profiles.rename-title', { name })}
        button={t('profiles.rename')}
        first={name}
        done={(n) => t('profiles.renamed', { name: n })}
        act={(b, n) => b.renameProfile(id, n)}
        onClose={onClose}
      />
    )
  if (asked === 'switch') return <SwitchDialog id={id} name={name} onClose={onClose} />
  if (asked === 'add')
    return (
      <PickDialog
        title={t('profiles.add-title', { name })}
        button={(n) => t('profiles.add-count', { count: n })}
        choices={(servers.data ?? [])
          .filter((s) => !shown.servers.includes(s.id))
          .map((s) => ({
            id: s.id,
            label: s.title,
            text: s.publisher,
            icon: <Tile name={s.title} category={s.category} size={24} />,
          }))}
        first={[]}
        done={(n) => t('profiles.added', { count: n, name })}
        act={(b, chosen, how) => b.addToProfile(id, chosen, how)}
        onClose={onClose}
      />
    )
  if (asked === 'apps' && detail)
    return (
      <PickDialog
        title={t('profiles.apps-title', { name })}
        text={t('profiles.apps-text')}
        button={() => t('profiles.pick-save')}
        choices={(apps.data ?? [])
          .filter((a) => a.found || detail.apps.includes(a.id))
          .map((a) => ({ id: a.id, label: a.name, icon: <AppGlyph app={a.id} size={24} /> }))}
        first={detail.apps}
        none
        done={() => t('profiles.apps-set', { name })}
        act={(b, chosen, how) => b.profileApps(id, chosen, how)}
        onClose={onClose}
      />
    )
  return null
}
