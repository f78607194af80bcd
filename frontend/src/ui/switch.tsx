import { Switch as Base } from '@base-ui/react/switch'

type Props = {
  checked: boolean
  onCheckedChange: (checked: boolean) => void
  disabled?: boolean
  id?: string
  'aria-label'?: string
  'aria-describedby'?: string
}

export function Switch(props: Props) {
  return (
    <Base.Root
      {...props}
      className="motion relative inline-flex h-5 w-8.5 shrink-0 items-center rounded-full border border-control bg-card data-[checked]:border-accent data-[checked]:bg-accent data-[disabled]:opacity-50"
    >
      <Base.Thumb className="ml-0.75 block size-3 rounded-full bg-control transition-[margin,width,height] duration-(--fast) data-[checked]:ml-4 data-[checked]:size-3.5 data-[checked]:bg-on-accent" />
    </Base.Root>
  )
}
