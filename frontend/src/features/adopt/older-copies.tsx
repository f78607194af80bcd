import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toWords } from '@/backend'
import { useCopies, useDeleteCopies } from '@/backend/queries'
import { list, shortPath } from '@/text/format'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/dialog'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'

/** Earlier copies that hold a key which is in the keychain now, with the offer to delete them. */
export function OlderCopies({ server, title }: { server: string; title: string }) {
  const { t } = useTranslation()
  const copies = useCopies(server)
  const remove = useDeleteCopies()
  const [asking, setAsking] = useState(false)
  const { count = 0, still = [] } = copies.data ?? {}
  const gone = remove.data?.count ?? 0
  return (
    <>
      {still.length > 0 && (
        <Note tone="warn" icon={KeyRound} className="mt-3">
          {t('adopt.copies-still', { files: list(still.map(shortPath)) })}
        </Note>
      )}
      {count > 0 ? (
        <Note
          tone="warn"
          icon={KeyRound}
          className="mt-3"
          action={
            <Button size="sm" disabled={remove.isPending} onClick={() => setAsking(true)}>
              {t('adopt.copies-delete', { count })} <span className="sr-only">{title}</span>
            </Button>
          }
        >
          <p className="font-semibold">{t('adopt.copies', { count, title })}</p>
          <p className="mt-0.5 text-ink-2">{t('adopt.copies-text')}</p>
        </Note>
      ) : (
        gone > 0 && (
          <Note tone="ok" className="mt-3">
            {t('adopt.copies-deleted', { count: gone })}
          </Note>
        )
      )}
      {remove.error && <Problem alert className="mt-3" words={toWords(remove.error)} />}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t('adopt.copies-ask', { count })}
        text={t('adopt.copies-ask-text')}
        keep={t('adopt.copies-keep')}
        doIt={t('adopt.copies-delete', { count })}
        onConfirm={() => remove.mutate(server)}
      />
    </>
  )
}
