import { type ReactNode, useEffect, useState } from 'react'
import { Field, Input } from '@/components/ui/field.tsx'

type TextFieldProps<T> = {
  label: ReactNode
  help: string
  value: string
  placeholder?: string
  read: (text: string) => { value: T } | null
  wrong: string
  onChange: (value: T) => void
  numeric?: boolean
}

/** An input with a text of its own: what is wrong stays there and says so, what is right is taken at once. */
export function TextField<T>({ label, help, value, placeholder, read, wrong, onChange, numeric }: TextFieldProps<T>) {
  const [typed, setTyped] = useState(value)
  const [focused, setFocused] = useState(false)
  // What is changed from outside (the slider, the back button) is shown; what is being typed is not rewritten under the hand.
  useEffect(() => {
    if (!focused) setTyped(value)
  }, [value, focused])
  const isWrong = read(typed.trim()) === null
  return (
    <Field label={label} help={help} wrong={isWrong && wrong}>
      {(props) => (
        <Input
          {...props}
          value={typed}
          placeholder={placeholder}
          inputMode={numeric ? 'numeric' : undefined}
          autoComplete="off"
          spellCheck={false}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          onChange={({ target }) => {
            setTyped(target.value)
            const found = read(target.value.trim())
            if (found) onChange(found.value)
          }}
          className={numeric ? 'text-right tabular' : undefined}
        />
      )}
    </Field>
  )
}
