import { durationText } from '../../lib/model/duration.ts'
import { configuration, type JsonSchema, mappingsOf } from './jsonSchema.ts'

const HEAD = `<!-- Written by \`node scripts/docs/write.ts\` from the schemas that parse the file. Do not edit. -->

# Configuration reference

Every key of \`evenkeel.yaml\`. How the file works, with examples: [configuration.md](configuration.md).

* A **duration** is a text such as \`500ms\`, \`10s\`, \`5m\`, \`4h\` or \`3d\`; a bare number counts milliseconds. A **share** runs from 0 to 1. A **rate** is
  a text such as \`0.1/h\`, \`1/d\` or \`1/w\`; a bare number counts those an hour.
* Every scalar may be \`\${NAME}\`, an environment variable. Every key may be written with \`_file\` added (\`password_file\`): its value is then the
  content of that file.
* A **path** is relative to the folder of the configuration file.
* A **secret** appears in no answer, page, error or log line. Of an **address** the user, password and query are hidden.
* A list is written \`key[]\`, a mapping with keys of your own \`key.*\`.
`

/** docs/configuration-reference.md: every key with its type, default and meaning. Throws where the schema has no words for a key. */
export function configurationReference(): string {
  const root = configuration()
  const sections = Object.entries(root.properties ?? {}).flatMap(([key, schema]) =>
    section(key, schema, root.required?.includes(key) ?? false),
  )
  const top = Object.entries(root.properties ?? {}).map(([key, schema]) => `| [\`${key}\`](#${key}) | ${schema.description ?? ''} |`)
  return [HEAD, '| section | holds |', '|---|---|', ...top, '', ...sections].join('\n')
}

function section(key: string, schema: JsonSchema, required: boolean): string[] {
  const head = [`## \`${key}\``, '']
  if (key === 'rules') return [...head, ...rules(schema)]
  const items = schema.items ?? schema
  const kinds = mappingsOf(items)
  const named = items === schema ? key : `${key}[]`
  if (kinds.length < 2) return [...head, ...words(schema, key), ...table(rows(key, schema, required)), '']
  const discriminator = kinds[0]?.properties?.kind ? 'kind' : 'mode'
  return [
    ...head,
    ...words(schema, key),
    ...kinds.flatMap((kind) => {
      const value = String(kind.properties?.[discriminator]?.const)
      return [`### \`${key}\` with \`${discriminator}: ${value}\``, '', ...table(below(named, kind)), '']
    }),
  ]
}

/** A section of several rows begins with its meaning; that of a single key stands in its row. */
const words = (schema: JsonSchema, path: string): string[] =>
  schema.properties || schema.items || schema.oneOf || schema.anyOf?.[0]?.properties ? [`${meaning(schema, path)}.`, ''] : []

function rules(schema: JsonSchema): string[] {
  return Object.entries(schema.properties ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([id, rule]) => [
      `### \`${id}\``,
      '',
      ...table(Object.keys(rule.properties ?? {}).flatMap((key) => rows(key, rule.properties![key]!, false))),
      '',
    ])
}

const table = (lines: string[]) => ['| key | type | default | meaning, or the reason of the default |', '|---|---|---|---|', ...lines]

/** One line for the key, and those of what is in it. */
function rows(path: string, schema: JsonSchema, required: boolean): string[] {
  if (schema.properties) return [...(path.includes('.') ? [row(path, schema, required)] : []), ...below(path, schema)]
  const inner = schema.items ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined)
  // A list may hold texts beside mappings.
  const each = inner && (mappingsOf(inner)[0] ?? inner)
  if (each?.properties) {
    const inside = below(`${path}${schema.items ? '[]' : '.*'}`, each)
    return path.includes('.') || path.includes('[]') ? [row(path, schema, required), ...inside] : inside
  }
  return [row(path, schema, required)]
}

const below = (path: string, schema: JsonSchema): string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => rows(`${path}.${key}`, inner, schema.required?.includes(key) ?? false))

const row = (path: string, schema: JsonSchema, required: boolean): string =>
  `| \`${path}\` | ${typeText(schema)} | ${required ? '**required**' : defaultText(schema)} | ${meaning(schema, path)} |`

function meaning(schema: JsonSchema, path: string): string {
  if (!schema.description) throw new Error(`${path} has no words in its schema: add .describe('…')`)
  return schema.description.replaceAll('|', '\\|')
}

/** What takes a text or a number, and nothing else, is a duration. */
const isDuration = ({ anyOf, type }: JsonSchema) => {
  const types = Array.isArray(type) ? type : anyOf?.map((option) => option.type)
  return types?.length === 2 && types.every((one) => one === 'string' || one === 'number')
}

const WORDS: Record<string, string> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: '`true` or `false`',
  object: 'mapping',
}

function typeText(schema: JsonSchema): string {
  if (schema['x-mark'] === 'secret') return 'text, **secret**'
  if (schema['x-mark'] === 'path') return 'path'
  if (schema['x-mark'] === 'url') return 'address'
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema['x-rate']) return 'rate'
  if (isDuration(schema)) return `duration${rangeText(schema['x-range-ms'])}`
  if (schema.prefixItems) return `pair of ${typeText(schema.prefixItems[0]!)}`
  if (schema.items) return `list of ${plural(schema.items)}`
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return schema.properties ? 'mapping' : `mapping of text to ${typeText(schema.additionalProperties)}`
  if (Array.isArray(schema.type)) return schema.type.map((one) => WORDS[one] ?? one).join(' or ')
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeText))].join(' or ')
  return `${WORDS[schema.type ?? ''] ?? 'text'}${limits(schema)}`
}

const plural = (schema: JsonSchema): string => (schema.properties ? 'mappings' : schema.prefixItems ? 'pairs of numbers' : typeText(schema))

function rangeText(range: [number, number] | undefined): string {
  if (!range) return ''
  const [from, to] = range
  return from === 0 ? `, at most ${durationText(to)}` : `, ${durationText(from)} to ${durationText(to)}`
}

function limits({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
  if (low !== undefined && high !== undefined) return ` ${low} to ${high}`
  if (low !== undefined) return `, at least ${low}`
  if (exclusiveMinimum !== undefined) return `, more than ${exclusiveMinimum}`
  return high === undefined ? '' : `, at most ${high}`
}

function defaultText(schema: JsonSchema): string {
  const value = schema['x-default'] ?? schema.default
  if (value === undefined) return '–'
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}
