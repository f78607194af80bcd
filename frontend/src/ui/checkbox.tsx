import { Checkbox as Base } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'

type Props = {
  checked: boolean
  onCheckedChange: (checked: boolean) => void
  disabled?: boolean
  id?: string
  'aria-label'?: string
  'aria-labelledby'?: string
  'aria-describedby'?: string
}

export function Checkbox(props: Props) {
  return (
    <Base.Root
      {...props}
      className="motion grid size-4.5 shrink-0 place-items-center rounded-xs border border-control bg-card text-on-accent data-[checked]:border-accent data-[checked]:bg-accent data-[disabled]:opacity-50"
    >
      <Base.Indicator>
        <Check aria-hidden className="size-3" strokeWidth={2.5} />
      </Base.Indicator>
    </Base.Root>
  )
}
