import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Field, Input, inputLook, Select } from '@/components/ui/field.tsx'
import { REDACTED } from '@/lib/model/publicUrl.ts'
import { type Value, withKey } from './draft.ts'

type Schema = { type?: string; enum?: string[]; default?: unknown; description?: string; writeOnly?: boolean }
export type ChannelSchema = { properties?: Record<string, Schema>; required?: string[]; description?: string }
type Props = { kind: string; schema: ChannelSchema; value: Value; onChange: (value: Value) => void; onRemove: () => void }

/** The form of one channel, made from its schema. */
export function ChannelForm({ kind, schema, value, onChange, onRemove }: Props) {
  const { properties = {}, required = [] } = schema
  return (
    <fieldset className="flex flex-col gap-2 border-line border-t pt-2">
      <legend className="float-left flex w-full items-center justify-between gap-2 text-sm">
        <span>
          <span className="font-medium">{kind}</span> <span className="text-dim">{schema.description}</span>
        </span>
        <Button look="ghost" onClick={onRemove}>
          Remove {kind}
        </Button>
      </legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {Object.entries(properties).map(([name, property]) => (
          <ChannelField
            key={name}
            name={name}
            schema={property}
            isNeeded={required.includes(name) && property.default === undefined}
            value={value}
            onChange={onChange}
          />
        ))}
      </div>
    </fieldset>
  )
}

type FieldProps = { name: string; schema: Schema; isNeeded: boolean; value: Value; onChange: (value: Value) => void }

function ChannelField({ name, schema, isNeeded, value, onChange }: FieldProps) {
  const file = `${name}_file`
  const isFile = file in value
  const now = isFile ? value[file] : value[name]
  const set = (next: unknown) => onChange(withKey(value, isFile ? file : name, next === '' ? undefined : next))
  const label = isFile ? `${name} (from a file)` : `${name}${isNeeded ? '' : ' (optional)'}`
  if (schema.type === 'array' || schema.type === 'object')
    return (
      <Field label={label} help={`${words(schema)} One a line${schema.type === 'object' ? ', NAME: VALUE' : ''}.`}>
        {(props) => (
          <textarea
            {...props}
            rows={2}
            spellCheck={false}
            className={cn(inputLook, 'h-auto py-1 font-mono text-xs max-sm:h-auto')}
            defaultValue={linesOf(now)}
            onChange={(event) => set(schema.type === 'array' ? listIn(event.target.value) : pairsIn(event.target.value))}
          />
        )}
      </Field>
    )
  if (schema.enum)
    return (
      <Field label={label} help={words(schema)}>
        {(props) => (
          <Select
            {...props}
            options={[{ value: '', label: `as by default${schema.default === undefined ? '' : ` (${schema.default})`}` }, ...schema.enum!]}
            value={String(now ?? '')}
            onChange={(event) => set(event.target.value)}
          />
        )}
      </Field>
    )
  const isKept = now === REDACTED
  return (
    <Field
      label={label}
      help={`${words(schema)}${schema.writeOnly && !isFile ? (isKept ? ' Kept as it stands; type to replace it.' : ' A value, or a variable of the environment, written as in the file.') : ''}`}
    >
      {(props) => (
        <div className="flex gap-2">
          <Input
            {...props}
            type={schema.writeOnly && !isFile ? 'password' : 'text'}
            autoComplete="off"
            spellCheck={false}
            placeholder={isKept ? 'kept' : schema.default === undefined ? undefined : String(schema.default)}
            value={isKept ? '' : String(now ?? '')}
            onChange={(event) => set(event.target.value)}
            className="min-w-0 flex-1"
          />
          {schema.writeOnly && (
            <Button
              onClick={() =>
                onChange(
                  isFile
                    ? withKey(withKey(value, file, undefined), name, '')
                    : withKey(withKey(value, name, undefined), file, '/run/secrets/'),
                )
              }
              aria-label={isFile ? `Type ${name}` : `Read ${name} from a file`}
            >
              {isFile ? 'Type it' : 'File'}
            </Button>
          )}
        </div>
      )}
    </Field>
  )
}

const words = ({ description = '' }: Schema): string => (description ? `${description.replaceAll('`', '')}.` : '')
const linesOf = (value: unknown): string =>
  Array.isArray(value)
    ? value.join('\n')
    : value && typeof value === 'object'
      ? Object.entries(value).map(([name, inner]) => `${name}: ${inner}`).join('\n') // biome-ignore format: one line
      : ''
const listIn = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean) // biome-ignore format: one line
const pairsIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    listIn(text).map((line) => [line.replace(/:.*$/s, '').trim(), line.includes(':') ? line.replace(/^[^:]*:\s*/, '') : '']),
  )
