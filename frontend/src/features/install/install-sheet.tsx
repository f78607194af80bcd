import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobView } from '@/backend'
import { useJobAbout } from '@/backend/queries'
import { Sheet } from '@/ui/dialog'
import type { InstallTarget } from './install-context'
import { InstallDone } from './install-done'
import { InstallProgress } from './install-progress'
import { InstallReview } from './install-review'

type Props = { target: InstallTarget; open: boolean; onClose: () => void }

/**
 * One sheet from Get to done. Which of its pages shows follows from the job:
 * none yet is the review, a running one the progress, and so on. It may be
 * closed at any time; the job goes on, and what was typed stays.
 */
export function InstallSheet({ target, open, onClose }: Props) {
  const { t } = useTranslation()
  const job = useJobAbout(target.ref, 'install')
  // A job that had ended before this sheet was opened is history, not this sheet's.
  const [past, setPast] = useState(job && job.state !== 'running' ? job.id : '')
  const mine = job && job.id !== past ? job : undefined
  const title = target.title
  const [pack, setPack] = useState(target.pack)

  if (mine?.state === 'done' && mine.result) {
    const leave = () => {
      onClose()
      setPast(mine.id)
    }
    return (
      <Sheet
        open={open}
        onClose={leave}
        label={t('done.title', { title: mine.result.title })}
        className="w-155 flex-col"
      >
        <InstallDone result={mine.result} category={target.category} onClose={leave} />
      </Sheet>
    )
  }
  const running: JobView | undefined = mine?.state === 'running' ? mine : undefined
  return (
    <Sheet
      open={open}
      onClose={onClose}
      label={running ? t('progress.title', { title }) : t('sheet.title', { title })}
      className="h-195 w-242"
    >
      {running ? (
        <InstallProgress target={target} job={running} onClose={onClose} />
      ) : (
        <InstallReview
          target={target}
          pack={pack}
          onPack={setPack}
          failure={mine?.state === 'failed' ? mine.error : undefined}
          cancelled={mine?.state === 'cancelled'}
          onClose={onClose}
        />
      )}
    </Sheet>
  )
}
