import { z } from 'zod'
import { withMeta } from '../withMeta.ts'

/**
 * The parts that the API's answers are made of. An answer is described once, as a schema: openapi.json publishes it, the server's functions
 * and the pages have their types by inference, and a test holds real answers against it. Pages import types alone, so that zod is not sent
 * to browsers.
 */

/** Publishes that a later version may answer more members than these. */
const additions = { override: { additionalProperties: {} } }

/** An object that may have more members in a later version. */
export const open = <T extends z.ZodRawShape>(shape: T): z.ZodObject<T> => withMeta(z.object(shape), additions)

/** An object of that kind with a name of its own in openapi.json. */
export const noun = <T extends z.ZodRawShape>(name: string, description: string, shape: T): z.ZodObject<T> =>
  withMeta(z.object(shape), { id: name, description, ...additions })

export const iso = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })
/** ISO 8601, UTC. */
export type Iso = z.infer<typeof iso>

export const labels = z.record(z.string(), z.string())
/** A part of a whole; null while it is not measured. */
export const share = z.number().min(0).max(1).nullable()
/** Null while it is not measured. */
export const measured = z.number().nullable()
export const severity = z.enum(['info', 'warning', 'critical'])
export const unit = z.enum(['seconds', 'ratio', 'bytes', 'count', 'perSecond', 'factor', 'none'])
export const mode = z.enum(['observe', 'tune'])
export const anything = z.record(z.string(), z.unknown())

export const figure = z
  .union([z.object({ value: z.number(), low: z.number().optional(), high: z.number().optional() }), z.object({ because: z.string() })])
  .meta({ id: 'Figure', description: 'A measured number with its 95 % interval, or why there is none' })
/** A measured number, or why there is none. */
export type Figure = z.infer<typeof figure>

const total = z.number().optional().meta({ description: 'How many there are on all pages together' })
const all = z.number().optional().meta({ description: 'Where `q` was given: how many there are without it' })
const next = z.string().nullable().meta({ description: 'Cursor of the next page' })
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next, total })
/** A page of a list that can be searched. */
export const searchedPage = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next, total, all })
/** `total`: how many there are over all pages, of those that were asked for; `all`: how many of them there would be without `q`. */
export type Page<T> = { items: T[]; next: string | null; total?: number; all?: number }
