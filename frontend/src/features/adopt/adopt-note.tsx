import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAdoptables } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Note } from '@/ui/note'
import { AdoptSheet } from './adopt-sheet'

/** Offers to look after the servers that the apps have; nothing where there are none. */
export function AdoptNote() {
  const { t } = useTranslation()
  const { data } = useAdoptables()
  const [open, setOpen] = useState(false)
  const usable = (data ?? []).filter((a) => !a.problem)
  const keys = usable.reduce((n, a) => n + a.keys.length, 0)
  return (
    <>
      {usable.length > 0 && (
        <Note
          tone="info"
          className="mb-4 items-center"
          action={
            <Button size="sm" onClick={() => setOpen(true)}>
              {t('adopt.open')}
            </Button>
          }
        >
          {t('adopt.note', { count: usable.length })} {keys > 0 && t('adopt.keys', { count: keys })}
        </Note>
      )}
      {open && <AdoptSheet onClose={() => setOpen(false)} />}
    </>
  )
}
