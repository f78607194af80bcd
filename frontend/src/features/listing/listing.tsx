import { useNavigate, useParams, useRouter } from '@tanstack/react-router'
import { BadgeCheck, ChevronLeft, CircleHelp } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ListingPage, toWords, type Way } from '@/backend'
import { useListing } from '@/backend/queries'
import { GetButton } from '@/features/install/get-button'
import { count, list, useAgo } from '@/text/format'
import { NeedBadge } from '@/ui/badges'
import { Button } from '@/ui/button'
import { Details, Log } from '@/ui/details'
import { ExternalLink, isWebAddress } from '@/ui/external-link'
import { Note } from '@/ui/note'
import { LoadProblem } from '@/ui/problem'
import { SectionHead } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Tile } from '@/ui/tile'
import { Facts } from './facts'
import { Origins } from './origins'
import { ToolList } from './tool-list'
import { Ways } from './ways'

export function ListingScreen() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/listing/$id' })
  const page = useListing(id)
  const router = useRouter()
  const navigate = useNavigate()
  const back = () => {
    if (router.history.canGoBack()) router.history.back()
    else void navigate({ to: '/' })
  }
  const site = page.data ? [page.data.listing.website, page.data.listing.repository].find(isWebAddress) : undefined
  return (
    <div className="min-h-0 grow overflow-y-auto px-7 pb-7 narrow:px-5">
      <div className="-ml-2.5 flex min-h-11.5 items-center pt-2">
        <Button tone="quiet" size="sm" onClick={back}>
          <ChevronLeft aria-hidden className="size-3.5" />
          {t('listing.back')}
        </Button>
        <span className="grow" />
        {site && (
          <ExternalLink url={site} className="text-second">
            {t('listing.website')}
          </ExternalLink>
        )}
      </div>
      {page.isPending ? (
        <div role="status" aria-label={t('loading')} className="flex gap-4 pt-2">
          <Skeleton className="size-16 rounded-[1.07rem]" />
          <div className="grow">
            <Skeleton className="mt-2 h-5 w-48" />
            <Skeleton className="mt-3 h-3 w-80 max-w-full" />
          </div>
        </div>
      ) : page.isError ? (
        <LoadProblem words={toWords(page.error)} onRetry={() => void page.refetch()} />
      ) : (
        <Page key={id} page={page.data} />
      )}
    </div>
  )
}

function Page({ page }: { page: ListingPage }) {
  const { t } = useTranslation()
  const ago = useAgo()
  const { listing, ways } = page
  const [way, setWay] = useState<Way | undefined>(
    ways.find((w) => w.recommended && w.usable) ?? ways.find((w) => w.usable),
  )
  const reads = listing.tools.filter((x) => x.readOnly === true).length
  const changes = listing.tools.filter((x) => x.readOnly === false).length
  const from = (field: string) => page.origins.find((o) => o.field === field)?.source
  const meta = [
    listing.version && t('listing.version', { version: listing.version }),
    // The day belongs to the version only when one list tells both.
    from('updated') === from('version') &&
      listing.updated &&
      !listing.updated.startsWith('0001') &&
      t('listing.updated', { ago: ago(listing.updated) }),
    listing.license && t('listing.license', { license: listing.license }),
    listing.downloads > 0 && t('listing.downloads', { n: count(listing.downloads) }),
    listing.downloads === 0 &&
      listing.stars > 0 &&
      t('listing.stars', { count: listing.stars, n: count(listing.stars) }),
  ].filter((m): m is string => typeof m === 'string' && m !== '')
  return (
    <>
      <div className="flex flex-wrap items-center gap-4 pt-2">
        <Tile name={listing.title} category={listing.category} size={64} />
        <div className="min-w-0 grow basis-60">
          <h1 className="display text-listing [overflow-wrap:anywhere]">{listing.title}</h1>
          <p className="meta mt-1 flex flex-wrap gap-x-3">
            {listing.publisher && (
              <span className="inline-flex items-center gap-1.25 text-ink-2 text-second">
                {listing.vendor && (
                  <>
                    <BadgeCheck aria-hidden className="size-3.5 text-accent-text" />
                    <span className="sr-only">{t('listing.vendor')}: </span>
                  </>
                )}
                {listing.publisher}
              </span>
            )}
            {meta.map((m) => (
              <span key={m}>{m}</span>
            ))}
          </p>
        </div>
        <NeedBadge needs={listing.needs} />
        <GetButton listing={listing} large pack={way?.index} />
      </div>
      <div className="mt-5.5 grid grid-cols-[minmax(0,1fr)_21.75rem] gap-6 narrow:grid-cols-[minmax(0,1fr)_18.75rem] tight:grid-cols-1">
        <div className="min-w-0">
          <p className="selectable max-w-[60ch] text-ink-2 text-lead [overflow-wrap:anywhere]">{listing.description}</p>
          {listing.status === 'deprecated' && (
            <Note tone="warn" className="mt-4">
              {t('listing.deprecated')}
            </Note>
          )}
          {listing.caution && (
            <Note tone="warn" className="mt-4">
              {listing.caution}
            </Note>
          )}
          {listing.copies > 0 && (
            <Note tone="warn" className="mt-4">
              {t('listing.alike', { count: listing.copies })}
            </Note>
          )}
          {!listing.installable && (
            <Note className="mt-4" icon={CircleHelp}>
              {t('listing.not-installable')}
            </Note>
          )}
          {listing.installed.length > 0 && (
            <Note className="mt-4">{t('listing.have', { names: list(listing.installed) })}</Note>
          )}
          {listing.tools.length > 0 ? (
            <>
              <SectionHead
                title={t('listing.tools', { count: listing.tools.length })}
                remark={reads + changes > 0 ? t('listing.tools-remark', { reads, changes }) : undefined}
              />
              <ToolList tools={listing.tools} />
            </>
          ) : (
            <>
              <SectionHead title={t('listing.tools-unknown')} />
              <p className="text-ink-2 text-second">{t('listing.tools-later')}</p>
            </>
          )}
        </div>
        <div className="min-w-0">
          <SectionHead title={t('listing.behind')} className="mb-2.5" />
          <Facts page={page} />
          <SectionHead title={t('listing.ways')} className="mt-5 mb-2.5" />
          <Ways ways={ways} value={way?.index} onChange={(index) => setWay(ways.find((w) => w.index === index))} />
          <Origins page={page} />
          <Details className="mt-2" label={t('listing.exact')}>
            <Log label={t('listing.exact')}>
              {[listing.name, listing.repository, ...ways.map((w) => `${w.type}  ${w.identifier}  ${w.version}`)]
                .filter(Boolean)
                .join('\n')}
            </Log>
          </Details>
        </div>
      </div>
    </>
  )
}
