import { FolderOpen, Undo2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type Trashed, toWords } from '@/backend'
import { useOpenTrash, useTrash, useUndo } from '@/backend/queries'
import { bytes, date } from '@/text/format'
import { Button } from '@/ui/button'
import { Details, Log } from '@/ui/details'
import { Problem } from '@/ui/problem'
import { useToast } from '@/ui/toast'

/** What was removed or set aside: until when it stays, and the way back or at least into its folder. */
export function TrashList() {
  const { t } = useTranslation()
  const trash = useTrash()
  const all = trash.data ?? []
  if (trash.error) return <Problem className="mt-2" words={toWords(trash.error)} />
  if (all.length === 0) return null
  return (
    <Details label={t('storage.what', { count: all.length })}>
      <ul>
        {all.map((x) => (
          <Row key={x.id} thing={x} />
        ))}
      </ul>
    </Details>
  )
}

function Row({ thing }: { thing: Trashed }) {
  const { t } = useTranslation()
  const say = useToast()
  const undo = useUndo()
  const open = useOpenTrash()
  const { title } = thing
  const error = undo.error ?? open.error
  return (
    <li className="border-line py-2 not-first:border-t">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <div className="min-w-0 grow basis-60">
          <p className="truncate font-[550] text-second">{title}</p>
          <p className="meta">{t(`storage.in-trash.${thing.kind}`, { title, date: date(thing.until) })}</p>
        </div>
        {thing.change !== '' && (
          <Button
            size="sm"
            disabled={undo.isPending}
            aria-label={t('storage.put-back-name', { title })}
            onClick={() => undo.mutate(thing.change, { onSuccess: () => say(t('storage.is-back', { title })) })}
          >
            <Undo2 aria-hidden className="size-3.5" />
            {t('storage.put-back')}
          </Button>
        )}
        {thing.path !== '' && (
          <Button
            size="sm"
            tone="quiet"
            aria-label={t('storage.open-folder-name', { title })}
            onClick={() => open.mutate(thing.id)}
          >
            <FolderOpen aria-hidden className="size-3.5" />
            {t('storage.open-folder')}
          </Button>
        )}
        <span className="num w-18 shrink-0 text-right text-ink-3 text-second">{bytes(thing.bytes)}</span>
      </div>
      {error && (
        <>
          <Problem alert className="mt-1.5" words={toWords(error)} />
          {thing.path !== '' && <Log label={t('details.log')}>{thing.path}</Log>}
        </>
      )}
    </li>
  )
}
