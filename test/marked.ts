import { z } from 'zod'
import { markOf } from '../lib/model/marks.ts'

type Schema = z.core.$ZodType
type Def = {
  type: string
  innerType?: Schema
  in?: Schema
  out?: Schema
  options?: Schema[]
  left?: Schema
  right?: Schema
  shape?: Record<string, Schema>
  element?: Schema
  keyType?: Schema
  valueType?: Schema
  values?: unknown[]
  entries?: Record<string, unknown>
}
const def = (schema: Schema) => schema._zod.def as unknown as Def
const fits = (schema: Schema, value: unknown) => z.safeParse(schema, value).success

/**
 * Values of a schema with a fresh marker in every place that the schema marks as secret: in whole values, and in user info and query of
 * URLs. Each value holds as little else as the schema allows. `at` is the host and port to connect to.
 */
export function markedSamples(schema: Schema, marker: () => string, at: string): unknown[] {
  return samples(schema, schema)

  function samples(one: Schema, whole: Schema): unknown[] {
    const { type, innerType, in: way, out, options, shape, element, keyType, valueType } = def(one)
    const mark = markOf(one)
    if (mark === 'secret') return [secretOf(one)]
    if (mark === 'url') return urls(one)
    if (innerType) return samples(innerType, innerType)
    if (type === 'pipe') return samples(def(way!).type === 'transform' ? out! : way!, whole)
    if (options) return options.flatMap((option) => samples(option, option))
    if (shape)
      return Object.entries(shape).flatMap(([key, inner]) =>
        samples(inner, inner).map((value) => completed(whole, shape, { [key]: value }, at)),
      )
    if (element) return samples(element, element).map((value) => [value])
    if (valueType) return samples(valueType, valueType).map((value) => ({ [plain(keyType!, at)]: value }))
    return []
  }

  function secretOf(one: Schema): unknown {
    const { innerType, element, valueType, keyType } = def(one)
    if (innerType) return secretOf(innerType)
    if (element) return [secretOf(element)]
    if (valueType) return { [plain(keyType!, at)]: secretOf(valueType) }
    const text = [(m: string) => m, (m: string) => `-----BEGIN ${m}`, (m: string) => `http://${at}/${m}?q=${m}`].find((make) =>
      fits(one, make('sesame0')),
    )
    if (!text)
      throw new Error(
        `no secret fits ${JSON.stringify(z.toJSONSchema(one, { unrepresentable: 'any' }))}: test/marked.ts needs another form`,
      )
    return text(marker())
  }

  /** None where a URL with user info is refused: then it cannot hold a secret. */
  function urls(one: Schema): string[] {
    const makes = ['http', 'redis', 'tcp'].flatMap((scheme) => [
      (m: () => string) => `${scheme}://${m()}:head@${m()}@${at}/0?key=${m()}#${m()}`,
      (m: () => string) => `${scheme}://${m()}:head@${m()}@${at}`,
      (m: () => string) => `${scheme}://${at}/0?key=${m()}`,
    ])
    const make = makes.find((candidate) =>
      fits(
        one,
        candidate(() => 'sesame0'),
      ),
    )
    return make ? [make(marker)] : []
  }
}

/** A valid mapping of the whole schema with these values in it, and no more than is needed. */
function completed(whole: Schema, shape: Record<string, Schema>, given: Record<string, unknown>, at: string): Record<string, unknown> {
  const value: Record<string, unknown> = { ...given }
  for (const [key, inner] of Object.entries(shape)) {
    if (key in value) continue
    // The address of a service of the world: nothing is sent there, and a name that no resolver knows would be waited for.
    if (String(z.safeParse(inner, undefined).data).startsWith('https://')) value[key] = `http://${at}/`
    else if (!fits(inner, undefined)) value[key] = minimal(inner, at)
  }
  for (let tries = 0; tries < 6; tries++) {
    const parsed = z.safeParse(whole, value)
    if (parsed.success) return value
    const missing = parsed.error.issues.map((issue) => String(issue.path[0])).filter((key) => !(key in value) && Object.hasOwn(shape, key))
    // Keys for TLS are refused with an address without it.
    const plainly = Object.keys(value).filter((key) => !(key in given) && String(value[key]).startsWith('http://'))
    if (missing.length === 0 && plainly.length === 0) break
    for (const key of missing) value[key] = minimal(shape[key]!, at)
    if (missing.length === 0) for (const key of plainly) value[key] = String(value[key]).replace('http:', 'https:')
  }
  throw new Error(`${JSON.stringify(value)} is not valid, and what it lacks is not to be told: ${z.safeParse(whole, value).error?.message}`)
}

/** A value that the schema accepts. */
function minimal(schema: Schema, at: string): unknown {
  const { type, innerType, in: way, out, options, shape, element, values, entries } = def(schema)
  if (innerType) return minimal(innerType, at)
  if (type === 'pipe') return minimal(def(way!).type === 'transform' ? out! : way!, at)
  if (options) return minimal(options[0]!, at)
  if (type === 'literal') return values![0]
  if (type === 'enum') return Object.values(entries!)[0]
  if (type === 'number') return 1
  if (type === 'boolean') return true
  if (element) return [minimal(element, at)]
  if (type === 'record') return {}
  if (!shape) return plain(schema, at)
  const value: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(shape)) if (!fits(inner, undefined)) value[key] = minimal(inner, at)
  // "At least one of": the first that helps.
  for (const [key, inner] of Object.entries(shape)) {
    if (fits(schema, value)) break
    if (!(key in value)) value[key] = minimal(inner, at)
  }
  return value
}

function plain(schema: Schema, at: string): string {
  const texts = [
    'X-Some-Name',
    at,
    `http://${at}`,
    `redis://${at}`,
    `tcp://${at}`,
    '/tmp/nothing',
    '-100123',
    'eu-west-1',
    'shop.example',
    '!room:h',
    'ann@h',
    '10s',
    '-----BEGIN nothing',
    'file:///tmp/nothing',
    '*',
  ]
  const text = texts.find((candidate) => fits(schema, candidate))
  if (text === undefined)
    throw new Error(`no text fits ${JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }))}: test/marked.ts needs another`)
  return text
}
