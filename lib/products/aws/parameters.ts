import { shellWord } from '../../format/shell.ts'
import { beforeWrite, drifted, EvenkeelError, unwritten } from '../../model/error.ts'
import type { Cause, Edit } from '../../model/product.ts'
import type { Clients } from './clients.ts'
import { isDefaultGroup } from './described.ts'
import { allOf } from './pages.ts'

const SERVICE = 'elasticache'
const PREFIX = 'config/'

/** Where a cache's parameters stand, and who else has them. */
export type ParameterHome = { group: string; usedBy: string[] }

const nameOf = (setting: string): string => {
  if (!setting.startsWith(PREFIX))
    throw new EvenkeelError('not_found', `${JSON.stringify(setting.slice(0, 120))} is no setting: config/PARAMETER`)
  return setting.slice(PREFIX.length)
}

type Live = { value: string; modifiable: boolean; allowed: string; reboot: boolean }

/** All parameters of a group, straight from AWS. */
async function readLive(clients: Clients, group: string, signal: AbortSignal): Promise<Map<string, Live>> {
  const all = await allOf((Marker) =>
    clients.ask(SERVICE, 'DescribeCacheParameters', signal, async ({ sdk, client }, options) => {
      const input = { CacheParameterGroupName: group, MaxRecords: 100, Marker }
      const answer = await client.send(new sdk.DescribeCacheParametersCommand(input), options)
      return { items: answer.Parameters, next: answer.Marker }
    }),
  )
  return new Map(
    all.flatMap(({ ParameterName: name, ParameterValue: value = '', IsModifiable, AllowedValues, ChangeType }): [string, Live][] =>
      name === undefined
        ? []
        : [[name, { value, modifiable: IsModifiable ?? false, allowed: AllowedValues ?? '', reboot: ChangeType === 'requires-reboot' }]],
    ),
  )
}

function found(live: ReadonlyMap<string, Live>, setting: string, group: string): Live {
  const parameter = live.get(nameOf(setting))
  if (!parameter) throw new EvenkeelError('not_found', `the parameter group ${group} has no ${nameOf(setting)}`)
  return parameter
}

export async function getParameters(
  clients: Clients,
  { group }: ParameterHome,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, string>> {
  for (const name of names) nameOf(name)
  const live = await readLive(clients, group, signal)
  return Object.fromEntries(names.map((name) => [name, found(live, name, group).value]))
}

/** Sets parameters in their group: for every node that has it, which the journal of the change says. */
export async function writeParameters(
  clients: Clients,
  { group, usedBy }: ParameterHome,
  edits: readonly Edit[],
  signal: AbortSignal,
  cause: Cause,
): Promise<void> {
  await beforeWrite(() => check(clients, group, edits, signal))
  await modify(clients, group, edits, signal)
  const after = await readLive(clients, group, signal)
  for (const edit of edits) {
    const { value } = found(after, edit.name, group)
    if (value !== edit.value)
      throw new EvenkeelError('drift', `${edit.name} is ${value} after the write, not ${edit.value}: another writer has set it`)
  }
  const late = edits.filter(({ name }) => found(after, name, group).reboot).map(({ name }) => nameOf(name))
  const words = [
    ...(late.length > 0
      ? [`${late.join(', ')} takes effect when the nodes are rebooted (pending-reboot), which Evenkeel does not do`]
      : []),
    ...(usedBy.length > 1 ? [`the parameter group ${group} is that of ${usedBy.join(', ')} too`] : []),
  ]
  if (words.length > 0) cause.cost?.(words.join('; '))
}

/** Throws where AWS would refuse, or where the values are no longer those that were expected. */
async function check(clients: Clients, group: string, edits: readonly Edit[], signal: AbortSignal): Promise<void> {
  if (isDefaultGroup(group))
    throw new EvenkeelError(
      'not_allowed',
      `${group} is AWS's own and cannot be changed: create a parameter group of your own and assign it`,
    )
  if (edits.length > AT_ONCE) throw new EvenkeelError('invalid', `AWS takes ${AT_ONCE} parameters at once, found ${edits.length}`)
  const before = await readLive(clients, group, signal)
  for (const edit of edits) {
    const { value, modifiable, allowed } = found(before, edit.name, group)
    if (!modifiable) throw new EvenkeelError('invalid', `${edit.name}: AWS lets nobody change it`)
    if (value !== edit.expect) throw drifted(`${edit.name} is ${value} before the write, not ${edit.expect}: another writer has set it`)
    const wrong = notAllowed(edit.value, allowed)
    if (wrong !== null) throw new EvenkeelError('invalid', `${edit.name} takes ${wrong}, found ${edit.value}`)
  }
}

/** ModifyCacheParameterGroup takes 20 parameters. */
const AT_ONCE = 20

async function modify(clients: Clients, group: string, edits: readonly Edit[], signal: AbortSignal): Promise<void> {
  const ParameterNameValues = edits.map(({ name, value }) => ({ ParameterName: nameOf(name), ParameterValue: value }))
  try {
    await clients.ask(SERVICE, 'ModifyCacheParameterGroup', signal, ({ sdk, client }, options) =>
      client.send(new sdk.ModifyCacheParameterGroupCommand({ CacheParameterGroupName: group, ParameterNameValues }), options),
    )
  } catch (error) {
    // AWS answered, and refused: nothing was written.
    throw error instanceof EvenkeelError && error.code !== 'unreachable' ? unwritten(error) : error
  }
}

/**
 * What AWS allows, where a value is none of it; null where it is. AWS writes `yes,no`, `0-65535`, and lists of both. Pure.
 */
export function notAllowed(value: string, allowed: string): string | null {
  if (allowed === '') return null
  const fits = allowed.split(',').some((one) => {
    const range = /^(-?\d+)-(-?\d+)?$/.exec(one.trim())
    if (!range) return one.trim() === value
    return /^-?\d+$/.test(value) && Number(value) >= Number(range[1]) && Number(value) <= Number(range[2] ?? Number.POSITIVE_INFINITY)
  })
  return fits ? null : allowed
}

export const parameterCommands = (group: string, edits: readonly Edit[]): string[] => [
  `aws elasticache modify-cache-parameter-group --cache-parameter-group-name ${shellWord(group)} --parameter-name-values ${edits
    .map(({ name, value }) => shellWord(`ParameterName=${nameOf(name)},ParameterValue=${value}`))
    .join(' ')}`,
]
