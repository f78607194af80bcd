import { ShieldCheck, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type DiskPart, toWords } from '@/backend'
import { useCleanDisk, useDisk } from '@/backend/queries'
import { VerifyPanel } from '@/features/installed/verify-panel'
import { bytes } from '@/text/format'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Details } from '@/ui/details'
import { Confirm } from '@/ui/dialog'
import { LoadProblem, Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { useToast } from '@/ui/toast'
import { TrashList } from './trash-list'

/** In the order in which they are shown. */
const kinds = [
  'servers',
  'earlier',
  'prepared',
  'runtimes',
  'images',
  'volumes',
  'caches',
  'catalogue',
  'backups',
  'trash',
  'other',
] as const

/** What Toolbay takes on the disk, by what it is for, and what can go. */
export function Storage() {
  const { t } = useTranslation()
  const say = useToast()
  const disk = useDisk()
  const clean = useCleanDisk()
  const [asking, setAsking] = useState(false)
  const [verifying, setVerifying] = useState(false)
  if (disk.isPending) return <SkeletonRows rows={4} label={t('loading')} />
  if (disk.isError) return <LoadProblem words={toWords(disk.error)} onRetry={() => void disk.refetch()} />
  const { parts, total, free } = disk.data
  const sum = (list: DiskPart[]) => list.reduce((n, p) => n + p.bytes, 0)
  const trash = sum(parts.filter((p) => p.kind === 'trash'))
  const tidy = (withTrash: boolean) =>
    clean.mutate(withTrash, { onSuccess: (freed) => say(t('storage.freed', { size: bytes(freed) })) })
  const widest = Math.max(1, ...kinds.map((k) => sum(parts.filter((p) => p.kind === k))))
  return (
    <>
      <SectionHead
        title={t('storage.title')}
        remark={t('storage.total', { size: bytes(total) })}
        className="mb-2.5"
        action={
          <span className="flex flex-wrap gap-2">
            <Button size="sm" tone="quiet" onClick={() => setVerifying(true)}>
              <ShieldCheck aria-hidden className="size-3.5" />
              {t('storage.verify')}
            </Button>
            <Button size="sm" disabled={free === 0 || clean.isPending} onClick={() => tidy(false)}>
              {free > 0 ? t('storage.clean', { size: bytes(free) }) : t('storage.clean-none')}
            </Button>
          </span>
        }
      />
      {clean.error && <Problem alert className="mb-3" words={toWords(clean.error)} />}
      <Rows>
        {kinds.map((kind) => {
          const mine = parts.filter((p) => p.kind === kind)
          if (mine.length === 0) return null
          const size = sum(mine)
          return (
            <li key={kind} className="px-3.5 py-2.25">
              <div className="grid min-h-8 grid-cols-[minmax(0,1fr)_8rem_4.5rem] items-center gap-3.5 tight:grid-cols-[minmax(0,1fr)_4.5rem]">
                <div className="min-w-0">
                  <p className="font-[550]">{t(`storage.kind.${kind}`)}</p>
                  <p className="meta">{t(`storage.about.${kind}`)}</p>
                </div>
                <div aria-hidden className="h-1.5 overflow-hidden rounded-[3px] bg-sunken tight:hidden">
                  <div className="h-full rounded-[3px] bg-accent" style={{ width: `${(size / widest) * 100}%` }} />
                </div>
                <span className="num text-right text-second">{bytes(size)}</span>
              </div>
              {kind === 'trash' && <TrashList />}
              {mine.some((p) => p.name !== '') && (
                <Details label={t('storage.each', { count: mine.length })}>
                  <ul className="text-second">
                    {mine.map((p) => (
                      <li key={p.name} className="flex gap-3 py-0.5">
                        <span className="selectable min-w-0 grow truncate">{p.name}</span>
                        {!p.used && <span className="shrink-0 text-ink-3">{t('storage.unused')}</span>}
                        <span className="num w-18 shrink-0 text-right text-ink-3">{bytes(p.bytes)}</span>
                      </li>
                    ))}
                  </ul>
                </Details>
              )}
            </li>
          )
        })}
      </Rows>
      {trash > 0 && (
        <Button
          className="mt-3"
          size="sm"
          tone="destructive"
          disabled={clean.isPending}
          onClick={() => setAsking(true)}
        >
          <Trash2 aria-hidden className="size-3.5" />
          {t('storage.empty-trash')}
        </Button>
      )}
      {verifying && <VerifyPanel onClose={() => setVerifying(false)} />}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t('storage.empty-title')}
        text={t('storage.empty-text')}
        keep={t('storage.keep')}
        doIt={t('storage.empty-trash')}
        onConfirm={() => tidy(true)}
      />
    </>
  )
}
