'use client'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cn } from './cn.ts'
import { Sentence } from './sentence.tsx'

/** The look of an input, of app/globals.css. */
export const inputLook = 'input'

/** A named input with help or what is wrong under it. The child function gets the id and the description's id. */
export function Field({
  label,
  help,
  wrong,
  children,
}: {
  label: ReactNode
  help?: ReactNode
  wrong?: ReactNode
  children: (props: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode
}) {
  const id = useId()
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      {children({ id, 'aria-describedby': `${id}-note`, 'aria-invalid': Boolean(wrong) })}
      <p id={`${id}-note`} className={cn('text-xs', wrong ? 'text-critical-text' : 'text-dim')}>
        {typeof wrong === 'string' && wrong ? <Sentence text={wrong} max={600} /> : wrong || help}
      </p>
    </div>
  )
}

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cn(inputLook, className)} {...rest} />
}

type Option = string | { value: string; label: string }
type OptionGroup = { label: string; options: readonly Option[] }

/** The system's own select: right on a phone, right for a screen reader. Pass `aria-label` or put it in a Field. */
export function Select({
  options,
  className,
  ...rest
}: Omit<ComponentProps<'select'>, 'children'> & { options: readonly (Option | OptionGroup)[] }) {
  return (
    <select className={cn(inputLook, 'w-auto pr-6', className)} {...rest}>
      {options.map((option) =>
        typeof option === 'object' && 'options' in option ? (
          <optgroup key={option.label} label={option.label}>
            {option.options.map(optionOf)}
          </optgroup>
        ) : (
          optionOf(option)
        ),
      )}
    </select>
  )
}

function optionOf(option: Option) {
  const { value, label } = typeof option === 'string' ? { value: option, label: option } : option
  return (
    <option key={value} value={value}>
      {label}
    </option>
  )
}
