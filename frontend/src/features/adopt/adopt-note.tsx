import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAdoptables, useSetSetting, useSettings } from '@/backend/queries'
import { Button, TextButton } from '@/ui/button'
import { Note } from '@/ui/note'
import { AdoptSheet } from './adopt-sheet'

/**
 * Offers to look after the servers that the apps have; nothing where there are none. Put away, it is
 * a line until there is another server.
 */
export function AdoptNote() {
  const { t } = useTranslation()
  const { data } = useAdoptables()
  const settings = useSettings()
  const set = useSetSetting()
  const [open, setOpen] = useState(false)
  const usable = (data ?? []).filter((a) => !a.problem)
  const keys = usable.reduce((n, a) => n + a.keys.length, 0)
  const away = (settings.data?.adopt_note ?? '').split(' ')
  const begin = () => setOpen(true)
  return (
    <>
      {usable.length === 0 || settings.isPending ? null : usable.every((a) => away.includes(a.id)) ? (
        <p className="mb-3">
          <TextButton onClick={begin}>{t('adopt.open')}</TextButton>
        </p>
      ) : (
        <Note
          tone="info"
          className="mb-4 items-center"
          action={
            <span className="flex items-center gap-2">
              <Button
                size="sm"
                tone="quiet"
                disabled={set.isPending}
                onClick={() => set.mutate({ name: 'adopt_note', value: usable.map((a) => a.id).join(' ') })}
              >
                {t('adopt.put-away')}
              </Button>
              <Button size="sm" onClick={begin}>
                {t('adopt.open')}
              </Button>
            </span>
          }
        >
          {t('adopt.note', { count: usable.length })} {keys > 0 && t('adopt.keys', { count: keys })}
        </Note>
      )}
      {open && <AdoptSheet onClose={() => setOpen(false)} />}
    </>
  )
}
