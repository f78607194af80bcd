import type { TFunction } from 'i18next'
import { ChevronDown, ChevronRight, FileText, Info, type LucideIcon, Minus, Plus, Trash2, Undo2 } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ChangeView, toWords } from '@/backend'
import { useChangeDiff, useUndo } from '@/backend/queries'
import { i18next } from '@/text'
import { clockTime } from '@/text/format'
import { Button, TextButton } from '@/ui/button'
import { DiffView } from '@/ui/diff-view'
import { Problem } from '@/ui/problem'
import { SkeletonChange } from '@/ui/skeleton'
import { useToast } from '@/ui/toast'
import { Line } from './line'

const icons: Record<string, LucideIcon> = {
  install: Plus,
  connect: Plus,
  disconnect: Minus,
  remove: Trash2,
  undo: Undo2,
}

/** A change to files: what it was, exactly, and its way back. */
export function ChangeLine({ change }: { change: ChangeView }) {
  const { t } = useTranslation()
  const id = useId()
  const say = useToast()
  const [open, setOpen] = useState(false)
  const undo = useUndo()
  return (
    <Line
      icon={icons[change.kind] ?? FileText}
      tone={change.kind === 'install' || change.kind === 'connect' ? 'ok' : 'plain'}
      title={change.title}
      text={t('activity.files', { count: change.files.length })}
      time={clockTime(change.time)}
      actions={
        <>
          {change.files.length > 0 && (
            <TextButton aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
              {open ? t('activity.hide') : t('activity.show')}{' '}
              {open ? (
                <ChevronDown aria-hidden className="size-3.5" />
              ) : (
                <ChevronRight aria-hidden className="size-3.5" />
              )}
              <span className="sr-only">{change.title}</span>
            </TextButton>
          )}
          {change.undoable && (
            <Button
              tone="quiet"
              size="sm"
              disabled={undo.isPending}
              aria-label={t('activity.undo-label', { title: change.title })}
              onClick={() =>
                undo.mutate(change.id, { onSuccess: () => say(t('activity.undone', { title: change.title })) })
              }
            >
              <Undo2 aria-hidden className="size-3.5" />
              {t('undo')}
            </Button>
          )}
        </>
      }
    >
      <div id={id} hidden={!open} className="mt-1 mr-14 mb-2 tight:mr-0">
        {open && <Change change={change} />}
      </div>
      {undo.error && <Problem alert className="mt-1 mr-14 mb-2 tight:mr-0" words={toWords(undo.error)} />}
    </Line>
  )
}

function Change({ change }: { change: ChangeView }) {
  const { t } = useTranslation()
  const diff = useChangeDiff(change.id, true)
  if (diff.error) return <Problem words={toWords(diff.error)} />
  if (!diff.data) {
    return <SkeletonChange label={t('loading')} />
  }
  return (
    <>
      <div className="flex flex-col gap-3">
        {diff.data.map((f) => (
          <DiffView key={f.path} file={f} />
        ))}
      </div>
      <p className="meta mt-1.75 flex items-center gap-1.5">
        <Info aria-hidden className="size-3 shrink-0" />
        {change.undoable ? t('activity.unchanged-since') : whyNot(change.why_not, t) || t('activity.not-undoable')}
      </p>
    </>
  )
}

/** Codes whose words speak of a file, app or name that a line of history does not carry. */
const reasons = {
  file_drifted: 'activity.why-drifted',
  undo_overlaps: 'activity.why-overlaps',
  backup_deleted: 'activity.why-deleted',
  still_connected: 'activity.why-connected',
  name_in_use: 'activity.why-name',
} as const

/** The code of why it cannot be undone, in the catalogue's words; any other code of section "errors" will do. */
function whyNot(code: string, t: TFunction): string {
  if (code in reasons) return t(reasons[code as keyof typeof reasons])
  const key = `errors:${code}.message`
  return code !== '' && i18next.exists(key) ? String(i18next.getResource('en', 'errors', `${code}.message`)) : ''
}
