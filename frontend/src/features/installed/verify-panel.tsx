import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ServerView, toWords, type VerifyResult } from '@/backend'
import { useServers, useVerify } from '@/backend/queries'
import { UpdateSheet } from '@/features/updates/update-sheet'
import { count } from '@/text/format'
import { Button } from '@/ui/button'
import { Rows } from '@/ui/card'
import { Details, Log } from '@/ui/details'
import { Panel } from '@/ui/dialog'
import { Note } from '@/ui/note'
import { LoadProblem } from '@/ui/problem'
import { SkeletonRows } from '@/ui/skeleton'
import { Status, type StatusTone } from '@/ui/status'

const order = { wrong: 0, unknown: 1, ok: 2 } as const
const tones: Record<VerifyResult['state'], StatusTone> = { ok: 'ok', wrong: 'bad', unknown: 'untested' }

/** Kinds whose version can be fetched once more. */
const fetched = ['npm', 'pypi', 'oci', 'mcpb']

/** Compares files with what was installed; what differs can be got again. All servers when none are named. */
export function VerifyPanel({ server, onClose }: { server?: ServerView; onClose: () => void }) {
  const { t } = useTranslation()
  const verify = useVerify(server ? [server.id] : [])
  const servers = useServers()
  const [again, setAgain] = useState<VerifyResult>()
  const results = [...(verify.data ?? [])].sort((a, b) => order[a.state] - order[b.state])
  const wrong = results.filter((r) => r.state === 'wrong').length
  const unknown = results.filter((r) => r.state === 'unknown').length
  const kindOf = (id: string) => servers.data?.find((s) => s.id === id)?.package.type ?? ''
  const summary =
    results.length === 0
      ? t('verify.none')
      : wrong > 0
        ? t('verify.wrong', { count: wrong })
        : unknown > 0
          ? t('verify.unknown', { count: unknown })
          : t('verify.ok', { count: results.length })
  if (again)
    return (
      <UpdateSheet
        update={{ server: again.server, title: again.title, version: again.version }}
        again
        open
        onClose={() => {
          setAgain(undefined)
          void verify.refetch()
        }}
      />
    )
  return (
    <Panel
      open
      onClose={onClose}
      wide
      title={server ? t('verify.title', { title: server.title }) : t('verify.title-all')}
      text={t('verify.text')}
      foot={
        <Button size="lg" tone="quiet" onClick={onClose}>
          {t('close')}
        </Button>
      }
    >
      {verify.isFetching ? (
        <SkeletonRows rows={server ? 1 : 4} label={t('verify.checking')} />
      ) : verify.isError ? (
        <LoadProblem words={toWords(verify.error)} onRetry={() => void verify.refetch()} />
      ) : (
        <>
          <Note className="mt-4" tone={wrong > 0 ? 'bad' : unknown > 0 ? 'neutral' : 'ok'}>
            <span role="status">{summary}</span>
          </Note>
          {results.length > 0 && (
            <Rows className="mt-3">
              {results.map((r) => (
                <Row key={r.server} result={r} kind={kindOf(r.server)} onAgain={setAgain} />
              ))}
            </Rows>
          )}
        </>
      )}
    </Panel>
  )
}

type RowProps = { result: VerifyResult; kind: string; onAgain: (r: VerifyResult) => void }

function Row({ result: r, kind, onAgain }: RowProps) {
  const { t } = useTranslation()
  const canFetch = fetched.includes(kind)
  // Files of its own beside the program are no fault, and stay.
  const extra = r.findings.filter((f) => f.code === 'file_extra')
  const differs = r.findings.length - extra.length
  const word =
    r.state === 'wrong'
      ? t('verify.differs', { count: differs })
      : r.state === 'unknown'
        ? t('verify.unsure')
        : kind === 'remote'
          ? t('verify.online')
          : kind === 'oci'
            ? t('verify.image')
            : t('verify.files', { count: r.files, n: count(r.files) })
  const about = [
    t('listing.version', { version: r.version }),
    r.state === 'wrong' && (canFetch ? t('verify.again-text') : t('verify.sort-out')),
    extra.length > 0 && t('verify.extra', { count: extra.length }),
  ]
  return (
    <li className="px-3.5 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <div className="min-w-0 grow basis-60">
          <h3 className="truncate text-body leading-4.5">{r.title}</h3>
          <p className="meta">{about.filter(Boolean).join(' · ')}</p>
        </div>
        <Status tone={tones[r.state]}>{word}</Status>
        {r.state === 'wrong' && canFetch && (
          <Button size="sm" aria-label={t('verify.again-name', { title: r.title })} onClick={() => onAgain(r)}>
            {t('verify.again')}
          </Button>
        )}
      </div>
      {r.findings.length > 0 && (
        <Details className="mt-1">
          <Log label={t('details.log')}>{r.findings.map((f) => f.text).join('\n')}</Log>
        </Details>
      )}
    </li>
  )
}
