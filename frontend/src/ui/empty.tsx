import type { ReactNode } from 'react'

/** Nothing here: three empty slots, one sentence, at most one button. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center px-6 py-12 text-center">
      <span aria-hidden className="inline-flex gap-1 rounded-[0.625rem] bg-sunken p-1 shadow-slot">
        {[0, 1, 2].map((i) => (
          <span key={i} className="size-6 rounded-[0.41rem] border border-line-2/60 border-dashed" />
        ))}
      </span>
      <p className="mt-3 font-semibold">{title}</p>
      {children && <p className="mt-1 max-w-[44ch] text-ink-2 text-second">{children}</p>}
      {action && <div className="mt-3.5">{action}</div>}
    </div>
  )
}
