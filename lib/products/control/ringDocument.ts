import { z } from 'zod'
import type { ControlConfig } from '../../model/control.ts'
import { malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import { RING_ALGORITHMS, type RingSpec } from '../../model/ring.ts'
import type { RingNodeFact } from '../../model/topology.ts'
import { ketamaCounts } from '../../rings/algorithms/ketama.ts'
import { parseSpec } from '../../rings/spec.ts'

export type RingControl = Extract<ControlConfig, { ring: object }>

const version = z.int().min(0)
const document = z.looseObject({
  version,
  algorithm: z.enum(RING_ALGORITHMS),
  nodes: z.array(z.looseObject({ name: z.string(), address: z.string().optional() })).min(1),
  options: z.record(z.string(), z.unknown()).optional(),
})

/** What applications follow: the document as it stands, or the configuration's own values under version 0 while there is none. */
export type LiveRing = {
  version: number
  spec: RingSpec
  /** The document's own object, with whatever else stands in it; null while there is none. */
  raw: z.infer<typeof document> | null
}

/** @throws malformed when the key holds something else than a ring document */
export function readRing(config: RingControl, text: string | null): LiveRing {
  if (text === null) return { version: 0, spec: config.ring.spec, raw: null }
  const what = `expected a ring document in ${config.key}`
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    throw malformed(what, text)
  }
  const read = document.safeParse(value)
  if (!read.success) throw malformed(`${what} (${read.error.issues[0]!.path.join('.')}: ${read.error.issues[0]!.message})`, text)
  const raw = read.data
  const sameAlgorithm = raw.algorithm === config.ring.spec.algorithm
  const options = raw.options ?? (sameAlgorithm ? config.ring.spec.options : undefined)
  const nodes = raw.nodes.map((node) => Object.fromEntries(NODE_FIELDS.flatMap((field) => (field in node ? [[field, node[field]]] : []))))
  try {
    return { version: raw.version, spec: parseSpec({ algorithm: raw.algorithm, nodes, ...(options ? { options } : {}) }, 'document'), raw }
  } catch (error) {
    throw malformed(`${what} (${(error as Error).message})`, text)
  }
}

// What a ring is placed from; other fields of a node are the applications' own and are kept on a write.
const NODE_FIELDS = ['name', 'address', 'label', 'id', 'weight', 'points', 'state', 'slots']

/** Each node's exact number of points; empty where the algorithm has no such setting. */
export function pointsOf(spec: RingSpec): Map<string, number> {
  if (spec.algorithm !== 'ketama') return new Map()
  const counts = ketamaCounts(spec)
  return new Map(spec.nodes.map((node, i) => [node.name, node.points ?? counts[i]!]))
}

export function nodeFacts(config: RingControl, spec: RingSpec): RingNodeFact[] {
  const points = pointsOf(spec)
  return spec.nodes.map((node) => {
    const target = config.ring.nodes.find(({ name }) => name === node.name)?.target
    const count = points.get(node.name)
    return {
      name: node.name,
      ...(target === undefined ? {} : { target }),
      address: node.address ?? node.name,
      ...(count === undefined ? {} : { points: count }),
      ...(node.weight === undefined ? {} : { weight: node.weight }),
    }
  })
}

/** The document's text with these nodes' points, one version on; algorithm, order and unknown fields stay. */
export function withPoints(live: LiveRing, changes: ReadonlyMap<string, number>): { version: number; text: string } {
  const next = live.version + 1
  const points = pointsOf(live.spec)
  const nodes = live.raw
    ? live.raw.nodes.map((node) => (changes.has(node.name) ? { ...node, points: changes.get(node.name) } : node))
    : live.spec.nodes.map(({ name, address }) => ({ name, address: address ?? name, points: changes.get(name) ?? points.get(name) }))
  const rest = live.raw ?? {
    algorithm: live.spec.algorithm,
    ...(live.spec.options && Object.keys(live.spec.options).length ? { options: live.spec.options } : {}),
  }
  return { version: next, text: JSON.stringify({ ...rest, version: next, nodes }) }
}
