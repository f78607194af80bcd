import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'

/** A name beside an icon; never anything that is needed to decide. */
export function Tooltip({
  text,
  children,
  enabled = true,
}: {
  text: string
  children: ReactElement
  enabled?: boolean
}) {
  if (!enabled) return children
  return (
    <Base.Root>
      <Base.Trigger render={children} delay={300} />
      <Base.Portal>
        <Base.Positioner side="right" sideOffset={8} className="z-40">
          <Base.Popup className="rounded-sm bg-ink px-2 py-1 font-medium text-card text-meta shadow-pop dark:bg-[#2f383c] dark:text-ink">
            {text}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
