import { serverRef } from '../model/ref.ts'
import type { RingNode, RingSpec } from '../model/ring.ts'
import { type SettingText, weightOf as settingOfWeight, settingText, stateOf } from '../model/setting.ts'
import { isUp, weightOf } from '../rings/algorithm.ts'
import { ketamaCounts } from '../rings/algorithms/ketama.ts'
import type { LabSource } from './source.ts'

export type LabStep = { setting: SettingText; before: string; after: string }
/** What of an edited ring a change can write, else the reason why none can. */
export type Made = { steps: LabStep[] } | { because: string }

/** What a setting of a server's state says; no setting makes a server fail. */
const STATE_WORDS = { up: 'ready', drain: 'drain', maint: 'maint' } as const

/** The edit as steps of a change: points of a ring's nodes, weights and states of a pool's servers. */
export function stepsOf({ spec: before, setBy }: Pick<LabSource, 'spec' | 'setBy'>, after: RingSpec): Made {
  if (setBy === null) return { because: 'No program runs a described ring: copy the configuration instead.' }
  if (setBy.is === 'ring' && !setBy.written) return { because: 'This ring has no control document: its program holds it.' }
  if (after.algorithm !== before.algorithm || optionsText(after) !== optionsText(before))
    return { because: 'Another algorithm or option is a change of the configuration, not of a setting: copy it instead.' }
  const was = new Map(before.nodes.map((node) => [node.name, node]))
  if (after.nodes.length !== was.size || after.nodes.some((node, at) => node.name !== before.nodes[at]?.name))
    return { because: 'Nodes come, go and change places in the configuration, not by a setting: copy it instead.' }
  if (after.nodes.some((node) => identity(node) !== identity(was.get(node.name)!)))
    return { because: 'What a node is hashed by is a matter of the configuration: copy it instead.' }
  return setBy.is === 'ring' ? pointSteps(setBy.name, before, after) : serverSteps(setBy, was, after)
}

const optionsText = ({ options = {} }: RingSpec) => JSON.stringify(Object.entries(options).sort())
const identity = ({ address, label, id, slots }: RingNode) => JSON.stringify([address, label, id, slots])

function pointSteps(ring: string, before: RingSpec, after: RingSpec): Made {
  if (after.nodes.some((node, at) => (node.state ?? 'up') !== (before.nodes[at]!.state ?? 'up')))
    return { because: 'The control document knows no states: a node that is out is a what-if only.' }
  if (after.algorithm !== 'ketama') return { because: 'The control document holds points of a ketama ring only.' }
  const [now, then] = [ketamaCounts(before), ketamaCounts(after)]
  const steps = after.nodes.flatMap(({ name }, at) =>
    now[at] === then[at]
      ? []
      : [{ setting: settingText({ of: { ring, node: name }, name: 'points' }), before: String(now[at]), after: String(then[at]) }],
  )
  return steps.length > 0 ? { steps } : { because: 'Nothing is changed yet.' }
}

function serverSteps(setBy: Extract<LabSource['setBy'], { is: 'pool' }>, was: ReadonlyMap<string, RingNode>, after: RingSpec): Made {
  const server = ({ name }: RingNode) => serverRef(setBy, { name })
  const weighed = after.nodes.filter((node) => weightOf(node) !== weightOf(was.get(node.name)!))
  const turned = after.nodes.filter((node) => (node.state ?? 'up') !== (was.get(node.name)!.state ?? 'up'))
  if (weighed.length > 0 && setBy.weights !== true) return { because: `No weight is taken live: ${setBy.weights.because}` }
  const heavy = weighed.find((node) => weightOf(node) > setBy.weightMax)
  if (heavy) return { because: `${setBy.weightMax} is the largest weight here.` }
  if (turned.length > 0 && setBy.states !== true)
    return { because: `A server that is out is a what-if only here: ${setBy.states.because}.` }
  if (turned.some((node) => node.state === 'down')) return { because: 'A server is not set down; drain or maint takes it out.' }
  if (!after.nodes.some((node) => isUp(node) && weightOf(node) > 0)) return { because: 'No server would be left.' }
  const steps = [
    ...weighed.map((node) => ({
      setting: settingText(settingOfWeight(server(node))),
      before: String(weightOf(was.get(node.name)!)),
      after: String(weightOf(node)),
    })),
    ...turned.map((node) => ({
      setting: settingText(stateOf(server(node))),
      before: isUp(was.get(node.name)!) ? 'ready' : 'out',
      after: STATE_WORDS[(node.state ?? 'up') as keyof typeof STATE_WORDS],
    })),
  ]
  return steps.length > 0 ? { steps } : { because: 'Nothing is changed yet.' }
}
