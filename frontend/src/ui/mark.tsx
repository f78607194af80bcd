import { useId } from 'react'

/** The mark: a T lowered into a bay. Orange is used here and nowhere else. */
export function Mark({ size = 26 }: { size?: number }) {
  const id = useId()
  const rem = `${size / 16}rem`
  return (
    <svg
      width={rem}
      height={rem}
      viewBox="0 0 32 32"
      role="img"
      aria-labelledby={id}
      style={{ width: rem, height: rem }}
      className="shrink-0"
    >
      <title id={id}>Toolbay</title>
      <rect width="32" height="32" rx="9" fill="#0e5f7d" />
      <path
        d="M8.25 14.5v5.25a5.5 5.5 0 0 0 5.5 5.5h4.5a5.5 5.5 0 0 0 5.5-5.5V14.5"
        fill="none"
        stroke="#fff"
        strokeWidth="3"
        strokeLinecap="round"
      />
      <path
        d="M8.6 6.75h14.8c.75 0 1.35.6 1.35 1.35v1.3c0 .75-.6 1.35-1.35 1.35h-5v7.6c0 .8-.6 1.4-1.4 1.4h-2c-.8 0-1.4-.6-1.4-1.4v-7.6h-5c-.75 0-1.35-.6-1.35-1.35V8.1c0-.75.6-1.35 1.35-1.35z"
        fill="var(--buoy)"
      />
    </svg>
  )
}
