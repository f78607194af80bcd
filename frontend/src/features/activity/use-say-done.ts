import { useTranslation } from 'react-i18next'
import { toWords } from '@/backend'
import { useUndo } from '@/backend/queries'
import { useToast } from '@/ui/toast'

/** Says what a change did, with Undo; a change that is '' cannot be undone. */
export function useSayDone(): (text: string, change: string) => void {
  const { t } = useTranslation()
  const say = useToast()
  const undo = useUndo()
  return (text, change) =>
    say(
      text,
      change === ''
        ? undefined
        : {
            label: t('undo'),
            undo: true,
            act: () =>
              undo.mutate(change, {
                onError: (e) => say(toWords(e).message || t('unexpected.message', { ns: 'errors' })),
              }),
          },
    )
}
