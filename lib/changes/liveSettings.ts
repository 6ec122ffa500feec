import { EvenkeelError } from '../model/error.ts'
import type { AnyActuator, Cause, Edit, LongWork } from '../model/product.ts'
import type { Step } from '../model/proposal.ts'
import type { Ref } from '../model/ref.ts'
import { type SettingText, settingKey } from '../model/setting.ts'
import { type Description, describeSteps, groupsOf } from './describe.ts'
import { byTarget, toEdit } from './edits.ts'
import { createFindSetting, type FindSetting, quoted } from './findSetting.ts'
import { type Mode, refuseReadOnly } from './readOnly.ts'
import { within } from './within.ts'

export type LiveSettingsOptions = {
  actuators: readonly AnyActuator[]
  targetConfig(name: string): { kind: string; config: unknown } | null
  readMs: number
  writeMs: number
  /** What the last write on a target has cost; survives a restart. */
  costOf(target: string): string | null
  mode(): Mode
  /** Resolves when the journal, up to now, is where it survives this process: before that nothing is written. */
  durable(): Promise<void>
  /** Fencing: whether this process surely has the target, or the change that writes to it. */
  holds(target: string, change?: string): boolean
}

/**
 * All settings that can be written, on all targets. The only place that reaches actuators, and so the one gate of observe mode: `write`,
 * `resume` and the writes of long work throw `read_only` there, whoever asks for them. And the one place that waits until what is intended is committed.
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
  /** Whether its server reads its file only on a reload: after a crash it is not known whether it has. */
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

export function createLiveSettings(options: LiveSettingsOptions): LiveSettings {
  const { actuators, targetConfig, readMs, writeMs, costOf, mode, durable, holds } = options
  const find = createFindSetting(actuators, targetConfig)
  /** The gate before each write. */
  async function mayWrite(target: string, change?: string): Promise<void> {
    refuseReadOnly(mode())
    await durable()
    if (!holds(target, change)) throw fenced(target)
    // It may have been lowered while the journal was written.
    refuseReadOnly(mode())
  }

  /** A write that ends with the lease it was begun under. */
  const leased = <T>(target: string, change: string | undefined, run: (signal: AbortSignal) => Promise<T>) =>
    within(writeMs, `Writing to ${target}`, run, () => holds(target, change))

  function canonical(setting: SettingText, value: string): string {
    const parsed = find(setting, 'setting').kind.value.safeParse(value)
    return parsed.success ? parsed.data : value
  }

  function same(setting: SettingText, a: string | undefined, b: string): boolean {
    if (a === undefined) return false
    return a === b || canonical(setting, a) === canonical(setting, b)
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
    live: (settings) => readAll(settings, find, readMs),
    async write(target, edits, cause) {
      await mayWrite(target, cause.change)
      const { actuator, config } = find({ target, name: edits[0]!.name }, 'setting')
      await leased(target, cause.change, (signal) => actuator.write(config, edits, signal, cause))
    },
    async resume(steps, cause) {
      for (const [target, own] of byTarget(steps)) {
        await mayWrite(target, cause.change)
        const { actuator, config } = find(own[0]!.setting, 'step')
        await leased(target, cause.change, async (signal) => actuator.resume?.(config, own.map(toEdit), signal, cause))
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
          await mayWrite(step.setting.target)
          // Whoever waited for it has gone: what is tried again must not be written twice.
          signal.throwIfAborted()
          return leased(step.setting.target, undefined, (own) => work.write(edits, AbortSignal.any([signal, own])))
        },
      }
    },
    same,
    groups: groupsOf,
    describe: (steps) => describeSteps(steps, find, costOf),
  }
}

const fenced = (target: string) =>
  new EvenkeelError(
    'unavailable',
    `This replica does not surely have ${target} now, so nothing is written: another may have taken it over.`,
    {
      written: 'none',
    },
  )

/** Reads the values of all settings, one request a target. */
async function readAll(settings: readonly SettingText[], find: FindSetting, readMs: number): Promise<Map<string, string>> {
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
}
