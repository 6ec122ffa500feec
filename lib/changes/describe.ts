import type { Reversal } from '../model/change.ts'
import type { Step } from '../model/proposal.ts'
import { type Ref, refText } from '../model/ref.ts'
import { groupOf, parseSetting, type SettingText } from '../model/setting.ts'
import { byTarget, toEdit } from './edits.ts'
import type { FindSetting } from './findSetting.ts'

/** What a set of steps means before it is applied. */
export type Description = {
  /** Exactly what will be sent. */
  commands: string[]
  /** The weakest of the steps' reversals. */
  reversal: Reversal
  /** What a roll-back would not bring back, a sentence a kind of setting. */
  lost: string[]
  persistence: string[]
  /** Settings of one group share one change in flight: those of a pool, a ring, a policy, a cache. */
  groups: Ref[]
  /** What the last write on each target has cost, where that was measured: "every client connection was cut for 12 ms". */
  costs: string[]
}

const WEAKEST: Reversal[] = ['none', 'lossy', 'exact']

/** `costOf`: what the last write on a target has cost. Throws for a setting that nobody can write. */
export function describeSteps(steps: readonly Step[], find: FindSetting, costOf: (target: string) => string | null): Description {
  const description: Description = { commands: [], reversal: 'exact', lost: [], persistence: [], groups: groupsOf(steps), costs: [] }
  for (const step of steps) {
    const { kind } = find(step.setting, 'step')
    if (WEAKEST.indexOf(kind.reversal) < WEAKEST.indexOf(description.reversal)) description.reversal = kind.reversal
    if (kind.lost && !description.lost.includes(kind.lost)) description.lost.push(kind.lost)
    if (!description.persistence.includes(kind.persistence)) description.persistence.push(kind.persistence)
  }
  for (const [target, own] of byTarget(steps)) {
    const { actuator, config } = find(own[0]!.setting, 'step')
    description.commands.push(...actuator.commands(config, own.map(toEdit)))
    const cost = costOf(target)
    if (cost !== null) {
      description.costs.push(cost)
      description.commands.push(`# last time ${cost}`)
    }
  }
  return description
}

/** The pools, rings, policies and targets that steps are about: one change at a time in each. */
export function groupsOf(steps: readonly { setting: SettingText }[]): Ref[] {
  const found = steps.map(({ setting }) => groupOf(parseSetting(setting)))
  return [...new Map(found.map((ref) => [refText(ref), ref])).values()]
}
