import { text } from '../format/format.ts'
import type { RingSpec } from '../model/ring.ts'
import type { SolverAnswer, SolverQuestion } from '../model/ringSolver.ts'
import type { Compared } from './compute.ts'
import type { LabSource } from './source.ts'

/** Whether two specs are the same nodes in the same states under the same algorithm: only weights, points or names of hashing may differ. */
export const sameNodes = (one: RingSpec, other: RingSpec): boolean => outline(one) === outline(other)
const outline = ({ algorithm, nodes, options = {} }: RingSpec) =>
  JSON.stringify([
    algorithm,
    Object.entries(options).sort(),
    nodes.map(({ name, address, label, id, state = 'up' }) => [name, address, label, id, state]),
  ])

/**
 * What the solver is asked: where only weights were edited it starts from the ring as it is, so that the fewest keys move from what runs
 * now; where nodes or the algorithm were, from the edited ring with the traffic that it would see.
 */
export function solvable(
  { spec, seen, hot }: Pick<LabSource, 'spec' | 'seen' | 'hot'>,
  after: RingSpec,
  compared: Compared,
): SolverQuestion {
  const keys = hot.length > 0 ? { keys: hot } : {}
  if (sameNodes(spec, after)) return { spec, ...(seen ? { seen } : {}), ...keys }
  const then = compared.seenAfter && Object.fromEntries(compared.seenAfter)
  return { spec: after, ...(then ? { seen: then } : {}), ...keys }
}

/** The spec that was solved, with the points or weights found. Nodes whose value stays keep it as it was written. */
export function solved(spec: RingSpec, answer: Extract<SolverAnswer, { is: 'solved' }>): RingSpec {
  const found = new Map(answer.nodes.map((node) => [node.name, node]))
  return {
    ...spec,
    nodes: spec.nodes.map((node) => {
      const { before, after } = found.get(node.name) ?? { before: 0, after: 0 }
      return before === after ? node : { ...node, [answer.setting]: after }
    }),
  }
}

/** The solver's answer in words; `unit` is what the traffic is called. */
export function solverWords(answer: SolverAnswer, unit: string): string {
  if (answer.is === 'floor') return `No setting evens this ring below ${text(answer.floor, 'factor')}: ${answer.because}.`
  const { nodes, imbalance, reached, moved, leastMoved, because } = answer
  if (nodes.every(({ before, after }) => before === after)) return `It is even as it is: ${text(imbalance.before, 'factor')}.`
  return [
    `${reached ? 'Solved' : 'As near as these settings come'}: ${text(imbalance.before, 'factor')} → ${text(imbalance.after, 'factor')}, `,
    `${text(moved, 'ratio')} of the ${unit} move; ${text(leastMoved, 'ratio')} is the least that any ring would have to move.`,
    because ? ` Not further: ${because}.` : '',
  ].join('')
}
