import type { RingNode, RingOptions, RingSpec } from '../model/ring.ts'
import { bytesOf } from '../rings/hashes/bytes.ts'
import { crc32 } from '../rings/hashes/crc32.ts'

/** All that the ring lab shows, so that whoever opens its link sees the same. */
export type LabState = {
  /** The known ring it starts from, as a reference's text: `ring:products`, `pool:edge/app`. Null: a described one, or the first known. */
  of: string | null
  /** Checksum of the known ring when the link was made: tells whether it has changed since. */
  print: string | null
  /** A described ring as it is now. Need not be right yet: the page says what is wrong with it. */
  before: RingSpec | null
  /** How the ring would be; null: as it is. */
  after: RingSpec | null
  /** Keys that are looked up. */
  keys: string[]
  /** Traffic of a described ring, as far as it was entered: reads a second, hit ratio, keys held. */
  traffic: LabTraffic
}
export type LabTraffic = { reads?: number; hits?: number; items?: number }

export const EMPTY_LAB: LabState = { of: null, print: null, before: null, after: null, keys: [], traffic: {} }

/** A checksum of a spec: the same for the same ring. */
export const printOf = (spec: RingSpec): string => crc32(bytesOf(canonical(spec))).toString(36)

/** Whether two specs are the same ring, whatever the order of their fields. */
export const sameSpec = (one: RingSpec, other: RingSpec): boolean => one === other || canonical(one) === canonical(other)

const canonical = ({ algorithm, options = {}, nodes }: RingSpec) => JSON.stringify([algorithm, sorted(options), nodes.map(fieldsOf)])
const sorted = (options: RingOptions) => Object.entries(options).sort()
const fieldsOf = ({ name, address, label, id, weight, points, state = 'up', slots }: RingNode) => [
  ...[name, address, label, id, weight, points],
  state,
  slots,
]
