import { Link } from '@tanstack/react-router'
import type { Listing } from '@/backend'
import { GetButton } from '@/features/install/get-button'
import { NeedBadge, SourceBadge } from '@/ui/badges'
import { Skeleton } from '@/ui/skeleton'
import { Tile } from '@/ui/tile'

/** One server that could be had. The whole card leads to its page; Get does not. */
export function ServerCard({ listing }: { listing: Listing }) {
  return (
    <article className="group/card motion relative flex h-full min-h-35.5 flex-col rounded-lg border border-line bg-card px-3.5 pt-3.5 pb-3 shadow-card hover:border-line-2 hover:shadow-raise has-[a:focus-visible]:outline-2 has-[a:focus-visible]:outline-ring has-[a:focus-visible]:outline-offset-2">
      <div className="flex items-center gap-2.5">
        <Tile name={listing.title} category={listing.category} />
        <div className="min-w-0 grow">
          <h3 className="truncate text-body">
            <Link
              to="/listing/$id"
              params={{ id: listing.id }}
              className="outline-none after:absolute after:inset-0 after:rounded-lg"
            >
              {listing.title}
            </Link>
          </h3>
          <p className="meta truncate">{listing.publisher}</p>
        </div>
        <GetButton listing={listing} />
      </div>
      <p className="mt-2.25 mb-1 line-clamp-2 text-ink-2 text-ui leading-4.75">{listing.description}</p>
      <div className="mt-auto flex min-h-5.5 items-center justify-between gap-2">
        <SourceBadge sources={listing.sources} />
        <NeedBadge needs={listing.needs} />
      </div>
    </article>
  )
}

export function SkeletonCard() {
  return (
    <div className="flex h-full min-h-35.5 flex-col rounded-lg border border-line bg-card px-3.5 pt-3.5 pb-3">
      <div className="flex items-center gap-2.5">
        <Skeleton className="size-10 rounded-[0.68rem]" />
        <div className="grow">
          <Skeleton className="h-3 w-20" />
          <Skeleton className="mt-2 h-2.5 w-14" />
        </div>
        <Skeleton className="h-7.5 w-16 rounded-full" />
      </div>
      <Skeleton className="mt-3.5 h-2.5 w-full" />
      <Skeleton className="mt-2 h-2.5 w-2/3" />
      <div className="mt-auto flex justify-between">
        <Skeleton className="h-2.5 w-24" />
        <Skeleton className="h-2.5 w-20" />
      </div>
    </div>
  )
}
