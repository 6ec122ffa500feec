import type { RingNode, RingOptions } from '../model/ring.ts'
import type { RingConfig } from './config.ts'
import type { Path } from './document.ts'
import { hostPort } from './hostPort.ts'
import { type Checks, checkControl, nameOfA, targetNames } from './references.ts'
import type { FileData } from './schema.ts'

type Ring = FileData['rings'][number]
type Node = { target: string | undefined; spec: RingNode & { address: string } }

/** The rings of the file, their nodes named and addressed by the targets that they are. */
export const ringsOf = (rings: readonly Ring[], checks: Checks): RingConfig[] =>
  rings.map((ring, index) => {
    checkControl(['rings', index, 'control'], ring.control, checks)
    return ringOf(ring, ['rings', index], checks)
  })

function ringOf(ring: Ring, path: Path, checks: Checks): RingConfig {
  const nodes = ring.nodes.map((node, position) => nodeOf(node, [...path, 'nodes', position], checks))
  const names = nodes.map(({ spec }) => spec.name)
  names.forEach((name, position) => {
    if (names.indexOf(name) < position) checks.report([...path, 'nodes', position], JSON.stringify(name), 'each node once')
  })
  return {
    name: ring.name,
    spec: {
      algorithm: ring.algorithm,
      nodes: nodes.map(({ spec }) => spec),
      ...(ring.options ? { options: ring.options as RingOptions } : {}),
    },
    nodes: nodes.map(({ target, spec: { name, address, points, weight } }) => ({ name, target, address, points, weight })),
    control: ring.control,
    followersExpected: ring.followers,
  }
}

function nodeOf(node: Ring['nodes'][number], path: Path, checks: Checks): Node {
  const { report } = checks
  const target = checks.targets.find((candidate) => candidate.name === node.target)
  if (node.target !== undefined && !target) report([...path, 'target'], JSON.stringify(node.target), nameOfA('target', targetNames(checks)))
  const name = node.name ?? node.target
  if (name === undefined) report(path, 'a node without target and name', 'target: the name of a target, or name: and address:')
  const address = node.address ?? (target ? hostPort(target) : node.name)
  if (address === undefined)
    report([...path, 'address'], 'nothing', `the text that is hashed; it cannot be read off the URL of ${node.target}`)
  const { target: _, ...rest } = node
  return { target: node.target, spec: { ...rest, name: name ?? '', address: address ?? '' } }
}
