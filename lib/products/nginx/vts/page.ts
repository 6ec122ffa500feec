import { z } from 'zod'
import { malformed } from '../../../model/error.ts'
import { parseJson } from '../../../model/json.ts'
import { firstWrong } from '../../answers.ts'

export const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const
/** As `$upstream_cache_status` says it: stale and revalidated answers come from the cache; scarce ones were asked for too seldom to be in it. */
export const HITS = ['hit', 'stale', 'updating', 'revalidated'] as const
export const MISSES = ['miss', 'expired', 'scarce'] as const

const count = z.number().nonnegative()
const responses = z.looseObject(Object.fromEntries(CLASSES.map((name) => [name, count])) as Record<(typeof CLASSES)[number], typeof count>)
export const serverShape = z.looseObject({
  // The module shows pieces of memory at times: vozlt/nginx-module-vts#184 and #318.
  server: z.string().regex(/^(unix:[^\x00-\x1f\x7f]+|[\w.:[\]-]+:\d+)$/, 'an address'),
  requestCounter: count,
  inBytes: count,
  outBytes: count,
  responses,
  responseMsecCounter: count.optional(),
  responseBuckets: z.looseObject({ msecs: z.array(count), counters: z.array(count) }).optional(),
  // Before 0.1.10 pages lack some of these.
  weight: count.default(1),
  backup: z.boolean().default(false),
  down: z.boolean().default(false),
})
export const cacheShape = z.looseObject({
  maxSize: count,
  usedSize: count,
  responses: z.looseObject(Object.fromEntries([...HITS, ...MISSES].map((name) => [name, count.default(0)]))),
})
const pageShape = z.looseObject({
  nginxVersion: z.string(),
  moduleVersion: z.string().optional(),
  upstreamZones: z.record(z.string(), z.array(z.unknown())).optional(),
  cacheZones: z.record(z.string(), z.unknown()).default({}),
  serverZones: z.unknown().optional(),
  streamUpstreamZones: z.unknown().optional(),
  streamServerZones: z.unknown().optional(),
})
/** One server of an upstream. */
export type Row = z.infer<typeof serverShape>

/** The upstreams that a page shows; none of a page that cannot be read. */
export function zonesIn(text: string): Set<string> {
  try {
    return new Set(Object.keys(pageOf(text).upstreamZones ?? {}))
  } catch {
    return new Set()
  }
}

/** The page as the module writes it. Throws `malformed` naming the field, or the program whose page it is. */
export function pageOf(text: string): z.infer<typeof pageShape> {
  let json: unknown
  try {
    json = parseJson(text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '\ufffd'))
  } catch {
    throw malformed('the VTS page is to be JSON (…/format/json)', text)
  }
  const parsed = pageShape.safeParse(json)
  if (!parsed.success) {
    const plus =
      json !== null && typeof json === 'object' && ['version', 'nginx_version', 'http', 'upstreams', 'peers'].some((key) => key in json)
    throw malformed(`${plus ? PLUS : 'the VTS page'}: ${firstWrong(parsed.error)}`, text)
  }
  const { upstreamZones, serverZones, streamServerZones, streamUpstreamZones } = parsed.data
  if (upstreamZones === undefined && serverZones === undefined && (streamServerZones ?? streamUpstreamZones) !== undefined)
    throw malformed('the page is that of nginx-module-sts (TCP and UDP), which is not read; `vts` is to be that of nginx-module-vts', text)
  return parsed.data
}

const PLUS = 'the VTS page (that of NGINX Plus or Angie is not read)'

/** One entry of the page; null, and a word in `bad`, where it is not what it has to be: it costs itself alone. */
export function readable<T extends z.ZodType>(shape: T, entry: unknown, place: string, bad: string[]): z.infer<T> | null {
  const parsed = shape.safeParse(entry)
  if (parsed.success) return parsed.data
  const wrong = firstWrong(parsed.error)
  bad.push(wrong.startsWith('the whole: ') ? `${place}: ${wrong.slice(11)}` : `${place}.${wrong}`)
  return null
}
