import { safe } from '../format/format.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Fleet } from '../model/fleet.ts'
import type { AnyActuator, SettingKind } from '../model/product.ts'
import type { SettingText } from '../model/setting.ts'

/** Who writes a setting: the actuator of its target's product, with the target's configuration. */
export type FoundSetting = { actuator: AnyActuator; config: unknown; kind: SettingKind }
/** Throws `not_found` or `invalid` naming `where` it was asked for. */
export type FindSetting = (setting: SettingText, where: string) => FoundSetting

export function createFindSetting(actuators: readonly AnyActuator[], targetConfig: Fleet['targetConfig']): FindSetting {
  return ({ target, name }, where) => {
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
}

export const quoted = (text: string): string => JSON.stringify(safe(text, 80))
