import { cn } from './cn'

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn('block rounded-[6px] bg-hover dark:bg-line', className)} />
}

/** Rows in their final place while the answer is on its way. */
export function SkeletonRows({ rows, label }: { rows: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="overflow-hidden rounded-lg border border-line bg-card">
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
        <div key={i} className="flex h-13 items-center gap-3 border-line px-3.5 not-first:border-t">
          <Skeleton className="size-8 rounded-[0.54rem]" />
          <span className="grow">
            <Skeleton className="h-3 w-32" />
            <Skeleton className="mt-1.5 h-2.5 w-20" />
          </span>
          <Skeleton className="h-3 w-20" />
        </div>
      ))}
    </div>
  )
}

/** A change to a file while it is worked out. */
export function SkeletonChange({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label}>
      <Skeleton className="h-28 w-full" />
    </div>
  )
}
