import { type Backend, type Closing, type ProfileResult, toWords } from '@/backend'
import { useProfileChange } from '@/backend/queries'
import { useSayDone } from '@/features/activity/use-say-done'

type Act = (b: Backend, closing: Closing) => Promise<ProfileResult>

/** A change of a profile that says what it did, with Undo. */
export function useChange() {
  const sayDone = useSayDone()
  const change = useProfileChange()
  const run = (act: Act, text: string, then?: (r: ProfileResult) => void) =>
    change.mutate(act, {
      onSuccess: (r) => {
        then?.(r)
        if (r.change !== '') sayDone(text, r.change)
      },
    })
  return { run, busy: change.isPending, problem: change.error ? toWords(change.error) : undefined }
}
