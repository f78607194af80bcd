import { useTranslation } from 'react-i18next'
import { type ServerView, toWords } from '@/backend'
import { usePin, useRemoveServers, useRollback, useTestServer } from '@/backend/queries'
import { useSayDone } from '@/features/activity/use-say-done'
import { bytes } from '@/text/format'
import { useToast } from '@/ui/toast'

/** Test, and remove with its way back in the toast. */
export function useServerActions(server: ServerView) {
  const { t } = useTranslation()
  const say = useToast()
  const sayDone = useSayDone()
  const test = useTestServer()
  const remove = useRemoveServers()
  const pin = usePin()
  const back = useRollback()
  const error = remove.error ?? back.error ?? pin.error ?? test.error
  return {
    testing: test.isPending,
    problem: error ? toWords(error) : undefined,
    pin: (pinned: boolean) =>
      pin.mutate(
        { id: server.id, pinned },
        {
          onSuccess: () =>
            say(
              pinned
                ? t('updates.pinned', { title: server.title, version: server.version })
                : t('updates.unpinned', { title: server.title }),
            ),
        },
      ),
    rollback: () =>
      back.mutate(server.id, {
        onSuccess: (r) => say(t('updates.went-back', { title: server.title, version: r.to })),
      }),
    test: () =>
      test.mutate(server.id, {
        onSuccess: (r) => {
          if (r.ok) say(t('installed.test-ok', { title: server.title, count: r.tools.length }))
        },
      }),
    remove: (forget: boolean) =>
      remove.mutate(
        { ids: [server.id], keys: forget },
        {
          onSuccess: (r) =>
            sayDone(
              [
                r.apps.length > 0
                  ? t('installed.removed', { title: server.title, count: r.apps.length })
                  : t('installed.removed-only', { title: server.title }),
                r.keys.length > 0 && t('remove.forgotten'),
                r.freed_bytes > r.later_bytes && t('remove.now', { size: bytes(r.freed_bytes - r.later_bytes) }),
                r.later_bytes > 0 && t('remove.later', { size: bytes(r.later_bytes) }),
              ]
                .filter(Boolean)
                .join(' '),
              r.change,
            ),
        },
      ),
  }
}
