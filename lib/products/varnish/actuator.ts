import { drifted, EvenkeelError } from '../../model/error.ts'
import type { Actuator, Edit } from '../../model/product.ts'
import { type BackendList, type Listed, parseBackendList } from './backendList.ts'
import { type VarnishClient, withVarnish } from './client.ts'
import type { VarnishConfig } from './config.ts'
import { PARAMS, readParam } from './params.ts'
import { BACKEND_NAME, commandWords, partOf, STATE, TIME } from './settings.ts'

/** Parameters and states of backends by the management port: `param/default_ttl`, `backend/NAME/state`. */
export const varnishActuator: Actuator<VarnishConfig> = {
  kind: 'varnish',
  settings: [
    ...PARAMS.map((name) => ({
      pattern: new RegExp(`^param/${name}$`),
      value: TIME,
      reversal: 'exact' as const,
      persistence: 'until varnishd restarts, unless its -p says the same; objects that are in the cache keep what they were given',
    })),
    { pattern: BACKEND_NAME, value: STATE, reversal: 'exact', persistence: 'until another VCL is loaded or the cache process restarts' },
  ],
  get: (config, names, signal) => withVarnish(config, (client) => live(client, names, signal)),
  write: (config, edits, signal) =>
    withVarnish(config, async (client) => {
      const commands = edits.map(({ name, value }) => commandOf(name, value))
      const names = edits.map(({ name }) => name)
      // Varnish has no compare-and-set: the read before, the writes and the read after follow each other at once, on one connection.
      assertAs(edits, await live(client, names, signal), (edit) => edit.expect, 'before')
      await refuseUnprobed(client, edits, signal)
      const written: Edit[] = []
      for (const [i, edit] of edits.entries()) {
        try {
          await client.ask(commands[i]!, signal)
          written.push(edit)
        } catch (error) {
          // A change is whole or not at all.
          for (const done of written.reverse()) await client.ask(commandOf(done.name, done.expect), signal)
          throw error
        }
      }
      assertAs(edits, await live(client, names, signal), (edit) => edit.value, 'after')
    }),
  commands: (_config, edits) => edits.map(({ name, value }) => `varnishadm ${commandOf(name, value)}`),
}

const commandOf = (name: string, value: string): string => commandWords(name, value).join(' ')

async function live(client: VarnishClient, names: readonly string[], signal: AbortSignal): Promise<Record<string, string>> {
  const parts = names.map((name) => ({ name, part: partOf(name) }))
  const values: Record<string, string> = {}
  for (const { name, part } of parts) if (part.is === 'param') values[name] = await readParam(client, part.param, signal)
  if (parts.every(({ part }) => part.is === 'param')) return values
  const list = parseBackendList(await client.ask('backend.list -p -j', signal))
  for (const { name, part } of parts) if (part.is === 'backend') values[name] = backendIn(list, part.backend).admin
  return values
}

/** A backend of the active VCL, whose name may stand before its own. */
function backendIn({ vcl, rows }: BackendList, backend: string): Listed {
  const found = rows.find(({ name, type }) => type === 'backend' && (name === backend || `${vcl}.${name}` === backend))
  if (!found) throw new EvenkeelError('not_found', `the active VCL, ${vcl}, has no backend ${backend}`)
  return found
}

/** Without a probe `auto` and `healthy` are the same to Varnish, which tells one for the other. */
async function refuseUnprobed(client: VarnishClient, edits: readonly Edit[], signal: AbortSignal): Promise<void> {
  const healthy = edits.filter(({ value }) => value === 'healthy').map((edit) => ({ edit, part: partOf(edit.name) }))
  if (healthy.length === 0) return
  const list = parseBackendList(await client.ask('backend.list -p -j', signal))
  for (const { edit, part } of healthy)
    if (part.is === 'backend' && backendIn(list, part.backend).probed === false)
      throw new EvenkeelError('invalid', `${edit.name}: no probe asks it, so that auto is healthy already: set auto`, { written: 'none' })
}

function assertAs(edits: readonly Edit[], now: Record<string, string>, wanted: (edit: Edit) => string, when: 'before' | 'after'): void {
  for (const edit of edits) {
    const value = now[edit.name]
    if (value === wanted(edit)) continue
    const text = `${edit.name} is ${value} ${when} the write, not ${wanted(edit)}: another writer has set it`
    throw when === 'before' ? drifted(text) : new EvenkeelError('drift', text)
  }
}
