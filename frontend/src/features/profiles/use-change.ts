import { useTranslation } from 'react-i18next'
import { type Backend, type Closing, type ProfileResult, toWords } from '@/backend'
import { useProfileChange, useUndo } from '@/backend/queries'
import { useToast } from '@/ui/toast'

type Act = (b: Backend, closing: Closing) => Promise<ProfileResult>

/** A change of a profile that says what it did, with Undo. */
export function useChange() {
  const { t } = useTranslation()
  const say = useToast()
  const undo = useUndo()
  const change = useProfileChange()
  const run = (act: Act, text: string, then?: (r: ProfileResult) => void) =>
    change.mutate(act, {
      onSuccess: (r) => {
        then?.(r)
        if (r.change === '') return
        say(text, {
          label: t('undo'),
          undo: true,
          act: () =>
            undo.mutate(r.change, {
              onError: (e) => say(toWords(e).message || t('unexpected.message', { ns: 'errors' })),
            }),
        })
      },
    })
  return { run, busy: change.isPending, problem: change.error ? toWords(change.error) : undefined }
}
