/** One slot of the master that is to be relieved. The load is in seconds of command time a second. */
export type SlotLoad = { slot: number; load: number; keys: number; bytes: number }

/** A master that may take slots. `room`: bytes that it can hold more. */
export type Receiver = { load: number; room: number }

export type SlotMove = SlotLoad & { to: number }

/** `loads`: of each receiver afterwards; `left`: of the master that gives. */
export type SlotPlan = { moves: SlotMove[]; keys: number; bytes: number; load: number; left: number; loads: number[] }

/** What one plan may be at most: its roll-back moves all of it again, at some ten thousand keys and twenty slots a second. */
export const PLAN_MOST = { slots: 4_096, keys: 1_000_000, keysOfSlot: 50_000 }

/** Master beside mean that a plan aims at: hashing leaves as much between even masters. */
const GOAL = 1.05

/**
 * The slots with the fewest keys that, moved away, bring a master down to the mean: the greedy knapsack, by load for each key, cleared of what
 * turns out needless. No slot goes where it would make another master the busiest, so that a slot that is hot by itself stays.
 */
export function planMoves(from: { load: number; slots: readonly SlotLoad[] }, receivers: readonly Receiver[]): SlotPlan {
  const mean = (from.load + receivers.reduce((sum, { load }) => sum + load, 0)) / (receivers.length + 1)
  const level = GOAL * mean
  const loads = receivers.map(({ load }) => load)
  const rooms = receivers.map(({ room }) => room)
  const moves: SlotMove[] = []
  let need = from.load - level
  let keys = 0
  const rest = from.slots.filter(({ load, keys: own }) => load > 0 && own <= PLAN_MOST.keysOfSlot)
  rest.sort((a, b) => b.load / (b.keys + 1) - a.load / (a.keys + 1) || a.slot - b.slot)
  /** The receiver with the most to spare that can take a slot, or -1. */
  const takerOf = ({ load, bytes }: SlotLoad): number => {
    let best = -1
    for (let k = 0; k < loads.length; k++)
      if (loads[k]! + load <= level && bytes <= rooms[k]! && (best < 0 || loads[k]! < loads[best]!)) best = k
    return best
  }
  const move = (slot: SlotLoad, to: number, sign: 1 | -1) => {
    loads[to]! += sign * slot.load
    rooms[to]! -= sign * slot.bytes
    need -= sign * slot.load
    keys += sign * slot.keys
  }
  for (let i = 0; i < rest.length && need > 0 && moves.length < PLAN_MOST.slots; i++) {
    const next = rest[i]!
    // The last one may be any that is enough: the one with the fewest keys.
    const last = next.load >= need ? fewestKeys(rest, i, need, takerOf) : null
    const slot = last ?? next
    const to = takerOf(slot)
    if (to < 0 || keys + slot.keys > PLAN_MOST.keys) continue
    moves.push({ ...slot, to })
    move(slot, to, 1)
  }
  for (const one of [...moves].sort((a, b) => b.keys - a.keys))
    if (need + one.load <= 0) {
      move(one, one.to, -1)
      moves.splice(moves.indexOf(one), 1)
    }
  const load = moves.reduce((sum, one) => sum + one.load, 0)
  const bytes = moves.reduce((sum, one) => sum + one.bytes, 0)
  return { moves: moves.sort((a, b) => a.slot - b.slot), keys, bytes, load, left: from.load - load, loads }
}

function fewestKeys(rest: readonly SlotLoad[], from: number, need: number, takerOf: (slot: SlotLoad) => number): SlotLoad | null {
  let best: SlotLoad | null = null
  for (let i = from; i < rest.length; i++) {
    const slot = rest[i]!
    if (slot.load >= need && (!best || slot.keys < best.keys) && takerOf(slot) >= 0) best = slot
  }
  return best
}
