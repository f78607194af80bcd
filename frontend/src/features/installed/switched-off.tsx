import { Ellipsis, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ParkedView, toWords } from '@/backend'
import { useForgetParked, useParked } from '@/backend/queries'
import { AdoptSheet } from '@/features/adopt/adopt-sheet'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Confirm } from '@/ui/dialog'
import { Menu, MenuItem } from '@/ui/menu'
import { Problem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { Status } from '@/ui/status'
import { Tile } from '@/ui/tile'

/** Servers that repairs took out of files: in the library, running nowhere. Nothing where there are none. */
export function SwitchedOff() {
  const { t } = useTranslation()
  const parked = useParked().data ?? []
  const [taking, setTaking] = useState('')
  return (
    <>
      {parked.length > 0 && (
        <section aria-label={t('off.title')}>
          <SectionHead title={t('off.title')} remark={t('off.remark')} className="mt-4 mb-2" />
          <Rows>
            {parked.map((p) => (
              <Row key={p.id} server={p} onTake={() => setTaking(p.id)} />
            ))}
          </Rows>
        </section>
      )}
      {taking !== '' && <AdoptSheet only={taking} onClose={() => setTaking('')} />}
    </>
  )
}

function Row({ server, onTake }: { server: ParkedView; onTake: () => void }) {
  const { t } = useTranslation()
  const forget = useForgetParked()
  const [asking, setAsking] = useState(false)
  return (
    <li className="px-3.5 py-1.5">
      <div className="flex min-h-12.75 flex-wrap items-center gap-3">
        <Tile name={server.title} category="" size={32} />
        <div className="min-w-0 grow basis-40">
          <h3 className="truncate text-body leading-4.5">{server.title}</h3>
          <p className="meta">
            {server.problem ? `${server.problem.message} ${server.problem.hint}` : t('off.from', { app: server.app })}
          </p>
        </div>
        <Status tone="off">{t('status.off')}</Status>
        {!server.problem && (
          <Button size="sm" onClick={onTake}>
            {t('off.take')} <span className="sr-only">{server.title}</span>
          </Button>
        )}
        <Menu
          trigger={
            <Button tone="quiet" size="sm" square aria-label={t('installed.more', { title: server.title })}>
              <Ellipsis aria-hidden className="size-4" />
            </Button>
          }
        >
          <MenuItem destructive onClick={() => setAsking(true)}>
            <Trash2 aria-hidden className="size-4" />
            {t('off.forget')}
          </MenuItem>
        </Menu>
      </div>
      {forget.error && <Problem alert className="mb-2" words={toWords(forget.error)} />}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t('off.forget-title', { title: server.title })}
        text={t('off.forget-text')}
        keep={t('off.keep')}
        doIt={t('off.forget')}
        onConfirm={() => forget.mutate(server.id)}
      />
    </li>
  )
}
