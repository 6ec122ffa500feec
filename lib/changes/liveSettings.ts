import { safe } from '../format/format.ts'
import type { Reversal } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import type { AnyActuator, Cause, Edit, LongWork, SettingKind } from '../model/product.ts'
import type { Step } from '../model/proposal.ts'
import { type Ref, refText } from '../model/ref.ts'
import { groupOf, parseSetting, type SettingText, settingKey } from '../model/setting.ts'
import { type Mode, refuseReadOnly } from './readOnly.ts'
import { within } from './within.ts'

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

export type LiveSettingsOptions = {
  actuators: readonly AnyActuator[]
  targetConfig(name: string): { kind: string; config: unknown } | null
  readMs: number
  writeMs: number
  /** What the last write on a target has cost; survives a restart. */
  costOf(target: string): string | null
  mode(): Mode
}

/**
 * All settings that can be written, on all targets. The only place that reaches actuators, and so the one gate of observe mode: `write`,
 * `resume` and the writes of long work throw `read_only` there, whoever asks for them.
 */
export interface LiveSettings {
  /** Throws `not_found`, `invalid` or `bad_request` naming the step. Answers the value as the server itself would write it. */
  check(setting: SettingText, value: string, where: string): string
  /** The live values, by `settingKey`, straight from the servers. Throws what the server says: not_found, unreachable, … */
  live(settings: readonly SettingText[]): Promise<Map<string, string>>
  /** All edits of one target, each with the value that is expected there. Throws `drift` when one differs. */
  write(target: string, edits: Edit[], cause: Cause): Promise<void>
  /** After a crash within these writes: from then on `live` tells what is in force. */
  resume(steps: readonly Step[], cause: Cause): Promise<void>
  /** Whether its server reads a file only when it is told to: after a crash nobody knows whether it has. */
  needsResume(setting: SettingText): boolean
  /** Whether it takes long work to set this. */
  isLong(setting: SettingText): boolean
  /** The work that brings a long setting there; to be closed. */
  work(step: Step): LongWork
  same(setting: SettingText, a: string | undefined, b: string): boolean
  describe(steps: readonly Step[]): Description
  groups(steps: readonly { setting: SettingText }[]): Ref[]
}

/** Under which the store remembers what the last write on a target has cost. */
export const costKey = (target: string) => `cost:${target}`

/** Steps by target, in the order in which the targets first appear. */
export function byTarget<S extends Step>(steps: readonly S[]): Map<string, S[]> {
  const targets = new Map<string, S[]>()
  for (const step of steps) targets.set(step.setting.target, [...(targets.get(step.setting.target) ?? []), step])
  return targets
}

const WEAKEST: Reversal[] = ['none', 'lossy', 'exact']

export function createLiveSettings({ actuators, targetConfig, readMs, writeMs, costOf, mode }: LiveSettingsOptions): LiveSettings {
  function find({ target, name }: SettingText, where: string): { actuator: AnyActuator; config: unknown; kind: SettingKind } {
    const found = targetConfig(target)
    if (!found) throw new EvenkeelError('not_found', `${where}: there is no target ${quoted(target)}.`)
    const own = actuators.filter((actuator) => actuator.kind === found.kind)
    for (const actuator of own) {
      const kind = actuator.settings.find((setting) => setting.pattern.test(name))
      if (kind) return { actuator, config: found.config, kind }
    }
    if (own.length === 0) throw new EvenkeelError('invalid', `${where}: Evenkeel writes no settings of ${found.kind} targets.`)
    throw new EvenkeelError('not_found', `${where}: ${quoted(name)} is no setting that Evenkeel writes on ${target}.`)
  }

  function canonical(setting: SettingText, value: string): string {
    const parsed = find(setting, 'setting').kind.value.safeParse(value)
    return parsed.success ? parsed.data : value
  }

  function same(setting: SettingText, a: string | undefined, b: string): boolean {
    if (a === undefined) return false
    return a === b || canonical(setting, a) === canonical(setting, b)
  }

  function groups(steps: readonly { setting: SettingText }[]): Ref[] {
    const found = steps.map(({ setting }) => groupOf(parseSetting(setting)))
    return [...new Map(found.map((ref) => [refText(ref), ref])).values()]
  }

  return {
    check(setting, value, where) {
      const { kind } = find(setting, where)
      const parsed = kind.value.safeParse(value)
      if (parsed.success) return parsed.data
      throw new EvenkeelError(
        'invalid',
        `${where}: ${quoted(setting.name)} takes ${parsed.error.issues[0]?.message ?? 'another value'}, found ${quoted(value)}.`,
      )
    },
    async live(settings) {
      const names = new Map<string, string[]>()
      for (const { target, name } of settings) names.set(target, [...(names.get(target) ?? []), name])
      const values = new Map<string, string>()
      await Promise.all(
        [...names].map(async ([target, wanted]) => {
          const { actuator, config } = find({ target, name: wanted[0]! }, 'setting')
          const found = await within(readMs, `Reading ${target}`, (signal) => actuator.get(config, wanted, signal))
          for (const [name, value] of Object.entries(found)) values.set(settingKey({ target, name }), value)
        }),
      )
      return values
    },
    async write(target, edits, cause) {
      refuseReadOnly(mode())
      const { actuator, config } = find({ target, name: edits[0]!.name }, 'setting')
      await within(writeMs, `Writing to ${target}`, (signal) => actuator.write(config, edits, signal, cause))
    },
    async resume(steps, cause) {
      refuseReadOnly(mode())
      for (const [target, own] of byTarget(steps)) {
        const { actuator, config } = find(own[0]!.setting, 'step')
        await within(writeMs, `Writing to ${target}`, async (signal) => actuator.resume?.(config, own.map(toEdit), signal, cause))
      }
    },
    needsResume: (setting) => find(setting, 'setting').actuator.resume !== undefined,
    isLong: (setting) => find(setting, 'setting').kind.long === true,
    work(step) {
      const { actuator, config } = find(step.setting, 'step')
      if (!actuator.work) throw new EvenkeelError('invalid', `${quoted(step.setting.name)} is not set by long work.`)
      const work = actuator.work(config, toEdit(step))
      return {
        ...work,
        async write(edits, signal) {
          refuseReadOnly(mode())
          return work.write(edits, signal)
        },
      }
    },
    same,
    groups,
    describe(steps) {
      const description: Description = { commands: [], reversal: 'exact', lost: [], persistence: [], groups: groups(steps), costs: [] }
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
    },
  }
}

export const toEdit = ({ setting, before, after }: Step): Edit => ({ name: setting.name, expect: before, value: after })

const quoted = (text: string) => JSON.stringify(safe(text, 80))
