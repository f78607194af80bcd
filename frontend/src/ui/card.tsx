import type { ComponentProps } from 'react'
import { cn } from './cn'

export function Card({ className, ...rest }: ComponentProps<'div'>) {
  return <div className={cn('rounded-lg border border-line bg-card shadow-card', className)} {...rest} />
}

/** A card of rows with lines between them. */
export function Rows({ className, ...rest }: ComponentProps<'ul'>) {
  return (
    <ul
      className={cn(
        'overflow-hidden rounded-lg border border-line bg-card shadow-card *:not-first:border-line *:not-first:border-t',
        className,
      )}
      {...rest}
    />
  )
}
