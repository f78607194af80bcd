import { useTranslation } from 'react-i18next'
import type { UpdateResult } from '@/backend'
import { toWords } from '@/backend'
import { useOpenTrash, useTrash } from '@/backend/queries'
import { Button } from '@/ui/button'
import { Details, Log } from '@/ui/details'
import { Panel } from '@/ui/dialog'
import { Note } from '@/ui/note'
import { Problem } from '@/ui/problem'

/** After an update that set a folder with files of its own aside: where they are, and for how long. */
export function OwnFiles({ result, again, onClose }: { result: UpdateResult; again: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const trash = useTrash()
  const open = useOpenTrash()
  const aside = (trash.data ?? []).find((x) => result.trashed.includes(x.path))
  return (
    <Panel
      open
      onClose={onClose}
      title={
        again
          ? t('verify.mended', { title: result.title })
          : t('updates.own-files', { title: result.title, version: result.to })
      }
      foot={
        <>
          {aside && (
            <Button size="lg" onClick={() => open.mutate(aside.id)}>
              {t('storage.open-folder')}
            </Button>
          )}
          <Button size="lg" tone="filled" onClick={onClose}>
            {t('close')}
          </Button>
        </>
      }
    >
      <Note className="mt-4">
        <p>{again ? t('updates.before-text') : t('updates.own-files-text')}</p>
        <p className="mt-0.5">{t('updates.own-files-where')}</p>
      </Note>
      <Details className="mt-3">
        <Log label={t('details.log')}>{result.trashed.join('\n')}</Log>
      </Details>
      {open.error && <Problem alert className="mt-3" words={toWords(open.error)} />}
    </Panel>
  )
}
