import { Lock, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type KeyView, toWords } from '@/backend'
import { useKeys, useRemoveKey, useServers, useSettings } from '@/backend/queries'
import { list } from '@/text/format'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Confirm } from '@/ui/dialog'
import { Empty } from '@/ui/empty'
import { LoadProblem, Problem } from '@/ui/problem'
import { PageBody, PageHead } from '@/ui/section'
import { SkeletonRows } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { Tile } from '@/ui/tile'
import { useToast } from '@/ui/toast'
import { KeyDialog } from './key-dialog'

export function Keys() {
  const { t } = useTranslation()
  const keys = useKeys()
  const { data: settings } = useSettings()
  return (
    <>
      <PageHead title={t('nav.keys')} />
      <PageBody>
        {settings && (
          <p className="-mt-1 mb-4 flex items-center gap-1.5 text-ink-2 text-second">
            <Lock aria-hidden className="size-3.5 shrink-0" />
            {settings.keys === 'file' ? t('keys.in-file') : t('keys.in-keychain')}
          </p>
        )}
        {keys.isPending ? (
          <SkeletonRows rows={3} label={t('loading')} />
        ) : keys.isError ? (
          <LoadProblem words={toWords(keys.error)} onRetry={() => void keys.refetch()} />
        ) : keys.data.length === 0 ? (
          <Empty title={t('keys.empty')}>{t('keys.empty-text')}</Empty>
        ) : (
          <Rows>
            {keys.data.map((k) => (
              <KeyRow key={`${k.server} ${k.profile} ${k.name}`} item={k} />
            ))}
          </Rows>
        )}
      </PageBody>
    </>
  )
}

function KeyRow({ item }: { item: KeyView }) {
  const { t } = useTranslation()
  const say = useToast()
  const remove = useRemoveKey()
  const servers = useServers()
  const [replacing, setReplacing] = useState(false)
  const [asking, setAsking] = useState(false)
  const category = servers.data?.find((s) => s.id === item.server)?.category ?? ''
  return (
    <li>
      <div className="flex min-h-13 flex-wrap items-center gap-x-3 gap-y-1.5 px-3.5 py-2">
        <Tile name={item.title} category={category} size={32} />
        <div className="min-w-0 grow basis-50">
          <h2 className="truncate text-body leading-4.5">{item.label}</h2>
          <p className="meta truncate">
            {item.title}
            {item.profile && ` (${item.profile})`}
            {item.apps.length > 0 && `, ${t('keys.used', { apps: list(item.apps) })}`}
          </p>
        </div>
        <span className="w-32">
          <Status tone={item.set ? 'ok' : 'key'}>{item.set ? t('keys.set') : t('status.needs-key')}</Status>
        </span>
        {/* A profile's own keys are changed in the profile. */}
        <span className="flex w-44 justify-end gap-1.5">
          {!item.profile && (
            <>
              <Button
                size="sm"
                onClick={() => setReplacing(true)}
                aria-label={t(item.set ? 'keys.replace-label' : 'keys.add-label', { label: item.label })}
              >
                {item.set ? t('replace-key', { ns: 'actions' }) : t('add-key', { ns: 'actions' })}
              </Button>
              {item.set && (
                <Button
                  size="sm"
                  tone="quiet"
                  square
                  aria-label={t('keys.delete-label', { label: item.label })}
                  onClick={() => setAsking(true)}
                >
                  <Trash2 aria-hidden className="size-4" />
                </Button>
              )}
            </>
          )}
        </span>
      </div>
      {remove.error && <Problem alert className="mx-3.5 mb-3.5" words={toWords(remove.error)} />}
      {replacing && <KeyDialog {...item} onClose={() => setReplacing(false)} />}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t('keys.delete-title', { label: item.label })}
        text={
          item.apps.length > 0
            ? t('keys.delete-text-apps', { title: item.title, apps: list(item.apps) })
            : t('keys.delete-text', { title: item.title })
        }
        keep={t('keys.keep')}
        doIt={
          <>
            <Trash2 aria-hidden className="size-3.5" />
            {t('keys.delete')}
          </>
        }
        onConfirm={() =>
          remove.mutate(
            { server: item.server, profile: item.profile, name: item.name },
            { onSuccess: () => say(t('keys.deleted', { label: item.label })) },
          )
        }
      />
    </li>
  )
}
