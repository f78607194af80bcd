import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Sheet } from '@/ui/dialog'
import { AdoptChoose } from './adopt-choose'
import { AdoptWork, type Started } from './adopt-work'

type Props = {
  /** one server by its id; else all are shown */
  only?: string
  onClose: (began: boolean) => void
}

/**
 * Which of the servers in the apps Toolbay should look after, and then how it
 * goes. It may be closed while the work goes on; done tells whether any began.
 */
export function AdoptSheet({ only = '', onClose }: Props) {
  const { t } = useTranslation()
  const [started, setStarted] = useState<Started[]>([])
  const began = started.length > 0
  const close = () => onClose(began)
  return (
    <Sheet open onClose={close} label={t('adopt.open')} className="h-195 w-200 flex-col">
      {began ? (
        <AdoptWork
          started={started}
          onAgain={(s) => setStarted((old) => old.map((o) => (o.id === s.id ? s : o)))}
          onClose={close}
        />
      ) : (
        <AdoptChoose only={only} onClose={close} onStart={setStarted} />
      )}
    </Sheet>
  )
}
