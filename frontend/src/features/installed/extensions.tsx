import { Check, Puzzle } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ExtensionView, toWords } from '@/backend'
import { useExtensions } from '@/backend/queries'
import { useInstallSheet } from '@/features/install/install-context'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Panel } from '@/ui/dialog'
import { Note } from '@/ui/note'
import { Problem, useWords } from '@/ui/problem'
import { Tile } from '@/ui/tile'

/** What Claude Desktop has of its own can be used in the other apps too. Nothing is shown when there is none. */
export function ExtensionsNote() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const extensions = useExtensions()
  const all = extensions.data ?? []
  const fresh = all.filter((e) => e.server === '' && !e.problem)
  if (fresh.length === 0) return null
  return (
    <>
      <Note
        icon={Puzzle}
        className="mt-4"
        action={
          <Button size="sm" onClick={() => setOpen(true)}>
            {t('extensions.look')}
          </Button>
        }
      >
        <span className="font-semibold">{t('extensions.has', { count: fresh.length })}</span>{' '}
        {t('extensions.text', { count: fresh.length })}
      </Note>
      <Panel
        open={open}
        onClose={() => setOpen(false)}
        wide
        title={t('extensions.title')}
        text={t('extensions.stay')}
        foot={
          <Button size="lg" tone="quiet" onClick={() => setOpen(false)}>
            {t('close')}
          </Button>
        }
      >
        <Rows className="mt-4">
          {all.map((e) => (
            <Row key={e.id} extension={e} onLeave={() => setOpen(false)} />
          ))}
        </Rows>
        {extensions.error && <Problem alert className="mt-3" words={toWords(extensions.error)} />}
      </Panel>
    </>
  )
}

function Row({ extension: e, onLeave }: { extension: ExtensionView; onLeave: () => void }) {
  const { t } = useTranslation()
  const sheet = useInstallSheet()
  return (
    <li className="flex items-center gap-3 px-3.5 py-2.5">
      <Tile name={e.title} category="" size={32} />
      <div className="min-w-0 grow">
        <h3 className="truncate text-body leading-4.5">{e.title}</h3>
        <p className="meta">
          {e.problem ? (
            <ProblemWords words={e.problem} />
          ) : (
            [
              e.publisher,
              t('listing.version', { version: e.version }),
              e.keys > 0 && t('extensions.keys', { count: e.keys }),
              !e.enabled && t('extensions.off'),
            ]
              .filter(Boolean)
              .join(' · ')
          )}
        </p>
      </div>
      {e.server !== '' ? (
        <span className="inline-flex items-center gap-1.5 font-medium text-ink-3 text-second">
          <Check aria-hidden className="size-3.5 text-ok" />
          {t('get.installed')}
        </span>
      ) : (
        !e.problem && (
          <Button
            size="sm"
            onClick={() => {
              onLeave()
              sheet.open({ ref: e.ref, pack: -1, title: e.title, publisher: e.publisher, category: '' })
            }}
          >
            {t('extensions.bring')} <span className="sr-only">{e.title}</span>
          </Button>
        )
      )}
    </li>
  )
}

function ProblemWords({ words }: { words: NonNullable<ExtensionView['problem']> }) {
  const { message } = useWords(words)
  return <span className="text-bad">{message}</span>
}
