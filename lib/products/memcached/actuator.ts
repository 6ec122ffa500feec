import { drifted, EvenkeelError } from '../../model/error.ts'
import type { Actuator, Edit } from '../../model/product.ts'
import { parseStats } from './answer.ts'
import { type MemcachedClient, withMemcached } from './client.ts'
import type { MemcachedConfig } from './config.ts'
import { MEMCACHED_SETTINGS, type MemcachedSetting } from './settings.ts'

/** What memcached takes while it runs: its memory limit, how pages move between slab classes, and its LRU. */
export const memcachedActuator: Actuator<MemcachedConfig> = {
  kind: 'memcached',
  settings: MEMCACHED_SETTINGS.map(({ name, value, reversal, lost, persistence }) => ({
    pattern: new RegExp(`^${name}$`),
    value,
    reversal,
    ...(lost ? { lost } : {}),
    persistence,
  })),
  get: (config, names, signal) =>
    withMemcached(config, async (client) => {
      const fields = await read(client, signal)
      return Object.fromEntries(names.map((name) => [name, liveValue(settingOf(name), fields)]))
    }),
  write: (config, edits, signal) =>
    withMemcached(config, async (client) => {
      // memcached has no compare-and-set for it: the read before, the writes and the read after follow each other at once.
      const commands = edits.map(commandOf)
      const before = await read(client, signal)
      assertAs(edits, before, (edit) => edit.expect, 'before')
      for (const edit of edits) assertTaken(settingOf(edit.name), before)
      const written: Edit[] = []
      for (const [i, edit] of edits.entries()) {
        try {
          const answer = await client.order(commands[i]!, signal)
          if (answer !== 'OK') throw new EvenkeelError('invalid', `memcached answers ${commands[i]} with ${answer.slice(0, 120)}`)
          written.push(edit)
        } catch (error) {
          for (const one of written.reverse()) await client.order(settingOf(one.name).command(one.expect), signal)
          throw error
        }
      }
      assertAs(edits, await read(client, signal), (edit) => edit.value, 'after')
    }),
  commands: (_config, edits) => edits.map(commandOf),
}

const read = async (client: MemcachedClient, signal: AbortSignal) => parseStats(await client.stats('stats settings', signal)).fields

function settingOf(name: string): MemcachedSetting {
  const found = MEMCACHED_SETTINGS.find((setting) => setting.name === name)
  if (found) return found
  throw new EvenkeelError('not_found', `${JSON.stringify(name.slice(0, 80))} is not a setting that Evenkeel writes on memcached`)
}

function liveValue(setting: MemcachedSetting, fields: ReadonlyMap<string, string>): string {
  const value = setting.read(fields)
  if (value === undefined) throw new EvenkeelError('not_found', `this memcached does not report its ${setting.name}`)
  return value
}

function commandOf(edit: Edit): string {
  const setting = settingOf(edit.name)
  const checked = setting.value.safeParse(edit.value)
  if (!checked.success) throw new EvenkeelError('invalid', `${edit.name}: ${checked.error.issues[0]!.message}`)
  return setting.command(checked.data)
}

function assertTaken(setting: MemcachedSetting, fields: ReadonlyMap<string, string>): void {
  const because = setting.blocked(fields)
  if (because !== null) throw new EvenkeelError('not_allowed', `${setting.name} cannot be set here: ${because}`)
}

function assertAs(edits: Edit[], fields: ReadonlyMap<string, string>, wanted: (edit: Edit) => string, when: 'before' | 'after'): void {
  for (const edit of edits) {
    const now = liveValue(settingOf(edit.name), fields)
    if (now !== wanted(edit)) {
      const text = `${edit.name} is ${now} ${when} the write, not ${wanted(edit)}: another writer has set it`
      throw when === 'before' ? drifted(text) : new EvenkeelError('drift', text)
    }
  }
}
