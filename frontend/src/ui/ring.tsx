/** The part that is done, drawn as a ring. `value` 0..1, or undefined while nobody knows. */
export function Ring({
  value,
  stop = false,
  className = 'size-7.5',
}: {
  value: number | undefined
  stop?: boolean
  className?: string
}) {
  const around = 75.4
  return (
    <span aria-hidden className={`relative inline-grid shrink-0 place-items-center ${className}`}>
      <svg
        viewBox="0 0 30 30"
        className={`absolute inset-0 size-full -rotate-90 ${value === undefined ? 'motion-safe:animate-spin' : ''}`}
        aria-hidden="true"
      >
        <circle cx="15" cy="15" r="12" fill="none" stroke="var(--accent-soft-2)" strokeWidth="3" />
        <circle
          cx="15"
          cy="15"
          r="12"
          fill="none"
          stroke="var(--accent)"
          strokeWidth="3"
          strokeLinecap="round"
          strokeDasharray={`${Math.max(0.02, value ?? 0.25) * around} ${around}`}
          className="transition-[stroke-dasharray] duration-(--base) ease-out"
        />
      </svg>
      {stop && <span className="size-2 rounded-[2px] bg-accent" />}
    </span>
  )
}

export function ProgressBar({ value, label, className }: { value: number; label: string; className?: string }) {
  const percent = Math.round(value * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className={`h-1.5 overflow-hidden rounded-[3px] bg-sunken shadow-slot ${className ?? ''}`}
    >
      <div
        className="h-full rounded-[3px] bg-accent transition-[width] duration-(--base) ease-out"
        style={{ width: `${percent}%` }}
      />
    </div>
  )
}
