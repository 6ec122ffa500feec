/** The slots of a Redis or Valkey Cluster. */
export const CLUSTER_SLOTS = 16_384

/** A slot that a node has open, towards or from the node at its other end. */
export type OpenSlotFact = {
  slot: number
  way: 'migrating' | 'importing'
  /** The other node's id, and its address as it is announced; null where it is not known. */
  node: string
  address: string | null
  /** For how long it has been seen open, in ms. */
  ms: number
}

const LIST = String.raw`\d{1,5}(?:-\d{1,5})?(?:,\d{1,5}(?:-\d{1,5})?)*`
/** `slots/0-40,93`: which nodes of a Cluster serve these slots. */
export const SLOTS_NAME = new RegExp(`^slots/${LIST}$`)
/** An address as a Cluster announces it. */
const ADDRESS = String.raw`(?:\[[0-9a-fA-F:.%]+\]|[^\s=/@,[\]:]+):\d{1,5}`
const OWNED = new RegExp(`^(${ADDRESS})=(${LIST})$`)
const ADDRESS_ALONE = new RegExp(`^${ADDRESS}$`)

/** Which node, by its address, serves each slot. */
export type Owners = ReadonlyMap<number, string>

/** `0-40,93`, in the order of the slots. */
export function slotList(slots: Iterable<number>): string {
  const ranges: [number, number][] = []
  for (const slot of [...slots].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && slot <= last[1] + 1) last[1] = slot
    else ranges.push([slot, slot])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}

/** The slots of such a list; null where one is none, or stands twice. */
function slotsIn(list: string): number[] | null {
  const slots: number[] = []
  for (const range of list.split(',')) {
    const [first, last = first] = range.split('-').map(Number)
    if (first === undefined || last === undefined || first > last || last >= CLUSTER_SLOTS) return null
    if (slots.length + last - first >= CLUSTER_SLOTS) return null
    for (let slot = first; slot <= last; slot++) slots.push(slot)
  }
  return new Set(slots).size === slots.length ? slots : null
}

export const slotsName = (slots: Iterable<number>) => `slots/${slotList(slots)}`

/** The slots that a setting's name lists; null where it is none of slots. */
export const readSlotsName = (name: string): number[] | null => (SLOTS_NAME.test(name) ? slotsIn(name.slice('slots/'.length)) : null)

/** `10.0.0.1:6379` where one node serves them all, else `10.0.0.1:6379=0-40 10.0.0.2:6379=93`: the canonical form of the setting's value. */
export function ownersText(owners: Owners): string {
  const byOwner = Map.groupBy(owners, ([, address]) => address)
  if (byOwner.size === 1) return [...byOwner.keys()][0]!
  return [...byOwner]
    .map(([address, pairs]) => ({ address, slots: pairs.map(([slot]) => slot) }))
    .sort((a, b) => Math.min(...a.slots) - Math.min(...b.slots))
    .map(({ address, slots }) => `${address}=${slotList(slots)}`)
    .join(' ')
}

/** Takes `ownersText` of those slots back; null where the text is none, or is of other slots. */
export function readOwners(text: string, slots: readonly number[]): Owners | null {
  if (ADDRESS_ALONE.test(text)) return new Map(slots.map((slot) => [slot, text]))
  const owners = new Map<number, string>()
  for (const part of text.split(' ')) {
    const [, address, list] = OWNED.exec(part) ?? []
    const own = list === undefined ? null : slotsIn(list)
    if (!own || own.some((slot) => owners.has(slot))) return null
    for (const slot of own) owners.set(slot, address!)
  }
  return owners.size === slots.length && slots.every((slot) => owners.has(slot)) ? owners : null
}

/** Whether a text may be the owners of some slots. */
export const isOwnersText = (text: string): boolean =>
  ADDRESS_ALONE.test(text) || text.split(' ').every((part) => OWNED.test(part) && slotsIn(part.split('=')[1]!) !== null)
