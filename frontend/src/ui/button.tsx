import type { ComponentProps } from 'react'
import { cn } from './cn'

const tones = {
  /** The one main button of a view. */
  filled: 'bg-accent border-accent text-on-accent hover:bg-accent-hover hover:border-accent-hover',
  plain: 'bg-card border-line-2 text-ink shadow-card hover:bg-hover',
  quiet: 'border-transparent text-ink-2 hover:bg-hover hover:text-ink',
  destructive: 'bg-card border-line-2 text-bad shadow-card hover:bg-bad-soft',
}

const sizes = {
  sm: 'h-7 text-second rounded-sm',
  md: 'h-8.5 text-ui rounded-md',
  lg: 'h-10 text-body rounded-[10px]',
}

const widths = { sm: 'px-2.5', md: 'px-3.25', lg: 'px-4.5' }
const squares = { sm: 'w-7', md: 'w-8.5', lg: 'w-10' }

export type ButtonProps = ComponentProps<'button'> & {
  tone?: keyof typeof tones
  size?: keyof typeof sizes
  /** only an icon: needs an aria-label */
  square?: boolean
}

export function buttonClass(
  tone: keyof typeof tones = 'plain',
  size: keyof typeof sizes = 'md',
  square = false,
): string {
  return cn(
    'motion inline-flex shrink-0 items-center justify-center gap-1.75 border font-[550] whitespace-nowrap',
    'disabled:border-line disabled:bg-sunken disabled:text-ink-3 disabled:shadow-none',
    'aria-disabled:border-line aria-disabled:bg-sunken aria-disabled:text-ink-3 aria-disabled:shadow-none',
    tones[tone],
    sizes[size],
    square ? squares[size] : widths[size],
  )
}

export function Button({
  tone = 'plain',
  size = 'md',
  square = false,
  className,
  type = 'button',
  ...rest
}: ButtonProps) {
  return <button type={type} className={cn(buttonClass(tone, size, square), className)} {...rest} />
}

/** A button that reads like a link: for small steps inside a text or row. */
export function TextButton({ className, type = 'button', ...rest }: ComponentProps<'button'>) {
  return (
    <button
      type={type}
      className={cn(
        'motion inline-flex min-h-6 items-center gap-1.25 rounded-xs font-medium text-accent-text text-second whitespace-nowrap hover:underline underline-offset-3',
        className,
      )}
      {...rest}
    />
  )
}
