import { createContext, type ReactNode, use, useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Closing, type Need, toWords } from '@/backend'
import { useApps } from '@/backend/queries'
import { list } from '@/text/format'
import { Button } from '@/ui/button'
import { Panel } from '@/ui/dialog'

type Ask = (apps: Need[]) => Promise<Closing>

const ClosingContext = createContext<Ask | null>(null)

/** Asks what to do about apps that run; '' is to leave everything as it is. */
export function useClosingQuestion(): Ask {
  const ask = use(ClosingContext)
  if (!ask) throw new Error('ClosingProvider is missing')
  return ask
}

/** The apps that have to close first, where that is all that a failure is about. */
export function closingApps(reason: unknown): Need[] | undefined {
  const { code, needs = [] } = toWords(reason)
  return code === 'consent_needed' && needs.length > 0 && needs.every((n) => n.kind === 'close') ? needs : undefined
}

/** Holds the one question about running apps, over whatever asked it. */
export function ClosingProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<{ apps: Need[]; answer: (how: Closing) => void } | null>(null)
  const ask = useCallback<Ask>((apps) => new Promise((answer) => setAsked({ apps, answer })), [])
  const answer = (how: Closing) => {
    asked?.answer(how)
    setAsked(null)
  }
  return (
    <ClosingContext value={ask}>
      {children}
      {asked && <ClosingDialog apps={asked.apps} onAnswer={answer} />}
    </ClosingContext>
  )
}

function ClosingDialog({ apps, onAnswer }: { apps: Need[]; onAnswer: (how: Closing) => void }) {
  const { t } = useTranslation()
  const known = useApps()
  const names = apps.map((n) => known.data?.find((a) => a.id === n.name)?.name ?? n.name)
  return (
    <Panel
      open
      onClose={() => onAnswer('')}
      title={t('closing.title', { count: names.length, apps: list(names) })}
      text={apps.map((n) => n.text).join(' ')}
      foot={
        <>
          <Button tone="quiet" onClick={() => onAnswer('')}>
            {t('cancel')}
          </Button>
          <Button onClick={() => onAnswer('write')}>{t('closing.write')}</Button>
          <Button tone="filled" onClick={() => onAnswer('close')}>
            {t('closing.close', { count: names.length })}
          </Button>
        </>
      }
    >
      <p className="meta mt-2">{t('closing.text')}</p>
    </Panel>
  )
}
