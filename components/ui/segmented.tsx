'use client'
import { ToggleGroup } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

/** A segmented control: one choice of a few, all of them shown. */
export function Segmented<V extends string>({
  value,
  onChange,
  options,
  label,
  className,
}: {
  value: V
  onChange: (value: V) => void
  options: readonly { value: V; label: ReactNode; hint?: string }[]
  label: string
  className?: string
}) {
  return (
    <ToggleGroup.Root
      type="single"
      value={value}
      onValueChange={(next) => next && onChange(next as V)}
      aria-label={label}
      className={cn('inline-flex h-7 shrink-0 items-stretch rounded border border-line-strong bg-raised p-px max-sm:h-9', className)}
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          title={option.hint}
          className="whitespace-nowrap rounded-sm px-2 text-dim text-xs outline-offset-0 hover:text-text data-[state=on]:bg-hover data-[state=on]:font-medium data-[state=on]:text-text"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
