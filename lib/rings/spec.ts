import { z } from 'zod'
import { EvenkeelError } from '../model/error.ts'
import { RING_ALGORITHMS, type RingSpec } from '../model/ring.ts'
import { algorithms } from './algorithms.ts'
import { NODES_MAX } from './nodesMax.ts'
import { optionSchemas } from './optionSchemas.ts'

/** Points and table slots of one ring, as really placed. */
const POINTS_MAX = 2_000_000

const node = z.strictObject({
  name: z.string().min(1).max(300),
  address: z.string().min(1).max(300).optional(),
  label: z.string().min(1).max(300).optional(),
  id: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
  weight: z.int().min(0).optional(),
  points: z.int().min(0).optional(),
  state: z.enum(['up', 'drain', 'maint', 'down']).optional(),
  slots: z.array(z.tuple([z.int().min(0).max(16383), z.int().min(0).max(16383)])).optional(),
})
const shape = z.strictObject({
  algorithm: z.enum(RING_ALGORITHMS),
  nodes: z.array(node).min(1, 'expected at least one node'),
  options: z.record(z.string(), z.unknown()).optional(),
})

/** `['nodes', 2, 'weight']` as `before.nodes[2].weight`. */
const pathText = (root: string, path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => text + (typeof part === 'number' ? `[${part}]` : text ? `.${String(part)}` : String(part)), root)

const refuse = (path: string, because: string) => new EvenkeelError('bad_request', `${path}: ${because}`)

function firstIssue(root: string, error: z.ZodError): EvenkeelError {
  const issue = error.issues[0]!
  const inner = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path
  return refuse(
    pathText(root, inner).slice(0, 200) || 'spec',
    issue.code === 'unrecognized_keys' ? 'unknown field' : issue.message.slice(0, 300),
  )
}

/**
 * A ring as somebody sent it, checked: the answer obeys every rule of its algorithm.
 * @throws bad_request naming the field (`before.nodes[2].weight`), or invalid when it is too large
 */
export function parseSpec(value: unknown, root = 'spec'): RingSpec {
  const nodes = (value as { nodes?: unknown } | null)?.nodes
  if (Array.isArray(nodes) && nodes.length > NODES_MAX)
    throw new EvenkeelError('invalid', `${root}.nodes: ${nodes.length} nodes, at most ${NODES_MAX} are computed`)
  const parsed = shape.safeParse(value)
  if (!parsed.success) throw firstIssue(root, parsed.error)
  const algorithm = algorithms[parsed.data.algorithm]
  const options = optionSchemas[parsed.data.algorithm].safeParse(parsed.data.options ?? {})
  if (!options.success) throw firstIssue(`${root}.options`, options.error)
  const spec: RingSpec = { ...parsed.data, nodes: parsed.data.nodes, options: options.data }
  const names = new Set<string>()
  for (const [index, { name, weight }] of spec.nodes.entries()) {
    if (names.has(name)) throw refuse(`${root}.nodes[${index}].name`, `${JSON.stringify(name)} is given twice`)
    names.add(name)
    const { weightMin, weightMax } = algorithm
    if (weight !== undefined && (weight < weightMin || weight > weightMax))
      throw refuse(`${root}.nodes[${index}].weight`, `expected a whole number from ${weightMin} to ${weightMax}, found ${weight}`)
  }
  const refused = algorithm.refuses?.(spec)
  if (refused) throw refuse(`${root}.${refused.path}`, refused.because)
  const size = algorithm.size(spec)
  if (size > POINTS_MAX) throw new EvenkeelError('invalid', `${root}: ${size} points, at most ${POINTS_MAX} are computed`)
  return spec
}
