'use client'
import { cva, type VariantProps } from 'class-variance-authority'
import { Slot } from 'radix-ui'
import type { ComponentProps, MouseEvent } from 'react'
import { cn } from './cn.ts'
import { Tooltip } from './tooltip.tsx'

export const buttonLook = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded font-medium transition-colors aria-disabled:cursor-not-allowed aria-disabled:opacity-60',
  {
    variants: {
      look: {
        primary: 'bg-accent text-on-accent hover:bg-accent/90 aria-disabled:hover:bg-accent',
        plain: 'border border-line-strong bg-raised text-text hover:bg-hover aria-disabled:hover:bg-raised',
        ghost: 'text-dim hover:bg-hover hover:text-text aria-disabled:hover:bg-transparent',
        danger: 'border border-critical/50 bg-raised text-critical-text hover:bg-critical-soft aria-disabled:hover:bg-raised',
      },
      size: {
        sm: 'h-7 px-2.5 text-xs max-sm:h-9',
        md: 'h-8 px-3 text-sm max-sm:h-10',
        icon: 'size-7 text-sm max-sm:size-10',
      },
    },
    defaultVariants: { look: 'plain', size: 'sm' },
  },
)

type Props = Omit<ComponentProps<'button'>, 'disabled'> &
  VariantProps<typeof buttonLook> & {
    /** Why it may not be pressed now: the button stays, focusable, and says so. */
    disabledBecause?: string | null | false
    /** Pressed already: no second press, the label stays. */
    busy?: boolean
    /** Shown on hover; give it to icon buttons, with `aria-label`. */
    hint?: string
    asChild?: boolean
  }

/** A button. `primary` at most once a view; `danger` for what removes something. One that may not be used stays visible, with `disabledBecause`. */
export function Button({ look, size, className, disabledBecause, busy, hint, asChild, onClick, type = 'button', ...rest }: Props) {
  const off = Boolean(disabledBecause) || busy
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (off) return event.preventDefault()
    onClick?.(event)
  }
  const Element = asChild ? Slot.Root : 'button'
  return (
    <Tooltip text={disabledBecause || hint}>
      <Element
        type={asChild ? undefined : type}
        className={cn(buttonLook({ look, size }), busy && 'cursor-progress', className)}
        aria-disabled={off || undefined}
        aria-busy={busy || undefined}
        onClick={click}
        {...rest}
      />
    </Tooltip>
  )
}
