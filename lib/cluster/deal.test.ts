import { describe, expect, it } from 'vitest'
import { homeOf, movesOf, type Table } from './deal.ts'

const always = () => true
const single = (count: number) => Array.from({ length: count }, (_, i) => [`t${String(i).padStart(5, '0')}`])

/** Plays rounds as the database would settle them: one replica after the other, each on what it read before anybody moved. */
function play(
  living: string[],
  cells: string[][],
  holders: Map<string, string>,
  settled: boolean,
  mayLeave: (cell: readonly string[]) => boolean = always,
) {
  let moved = 0
  const moves = living.map((me) => movesOf({ me, living, cells, holders: new Map(holders) }, settled, mayLeave))
  moves.forEach(({ giveUp }, i) => {
    for (const target of giveUp.flat()) {
      if (holders.get(target) === living[i]) holders.delete(target)
      moved++
    }
  })
  moves.forEach(({ take }, i) => {
    for (const target of take) {
      if (holders.has(target)) continue
      holders.set(target, living[i]!)
      moved++
    }
  })
  return moved
}

function loads(living: string[], holders: ReadonlyMap<string, string>) {
  return living.map((name) => [...holders.values()].filter((holder) => holder === name).length)
}

function playOut(living: string[], cells: string[][], holders: Map<string, string>, most = 8) {
  let rounds = 0
  while (play(living, cells, holders, true) > 0) {
    rounds++
    expect(rounds).toBeLessThanOrEqual(most)
  }
  return rounds
}

describe('dealing', () => {
  it('gives all free cells away evenly within a few rounds', () => {
    const [living, cells, holders] = [['a', 'b', 'c'], single(10_000), new Map<string, string>()]
    playOut(living, cells, holders)
    expect(holders.size).toBe(10_000)
    expect(loads(living, holders).sort()).toEqual([3333, 3333, 3334])
  })

  it('re-deals what a dead replica had', () => {
    const [cells, holders] = [single(10_000), new Map<string, string>()]
    playOut(['a', 'b', 'c'], cells, holders)
    for (const [target, holder] of holders) if (holder === 'b') holders.delete(target)
    playOut(['a', 'c'], cells, holders)
    expect(loads(['a', 'c'], holders)).toEqual([5000, 5000])
  })

  it('gives a new replica its share, and nothing more moves then', () => {
    const [cells, holders] = [single(31), new Map<string, string>()]
    playOut(['a', 'b'], cells, holders)
    playOut(['a', 'b', 'c'], cells, holders)
    expect(loads(['a', 'b', 'c'], holders).sort()).toEqual([10, 10, 11])
    expect(play(['a', 'b', 'c'], cells, holders, true)).toBe(0)
  })

  it('evens out few targets too', () => {
    const [living, cells] = [['a', 'b', 'c'], single(10)]
    const holders = new Map(cells.flat().map((target, i) => [target, i < 4 ? 'a' : i < 8 ? 'b' : 'c']))
    playOut(living, cells, holders)
    expect(loads(living, holders).sort()).toEqual([3, 3, 4])
  })

  it('moves nothing while replicas come and go', () => {
    const [cells, holders] = [single(30), new Map<string, string>()]
    playOut(['a', 'b'], cells, holders)
    expect(play(['a', 'b', 'c'], cells, holders, false)).toBe(0)
  })

  it('hands a cell over whole, and none in which something is in flight', () => {
    const cells = [['a1', 'a2', 'a3'], ['b1'], ['c1'], ['d1']]
    const holders = new Map(cells.flat().map((target) => [target, 'a']))
    play(['a', 'b'], cells, holders, true, (cell) => cell[0] !== 'b1')
    expect(holders.get('b1')).toBe('a')
    expect(['a1', 'a2', 'a3'].every((target) => holders.get(target) === holders.get('a1'))).toBe(true)
    playOut(['a', 'b'], cells, holders)
    expect(loads(['a', 'b'], holders).sort()).toEqual([3, 3])
  })

  it('does not move a large cell to and fro', () => {
    const [cells, holders] = [[['a1', 'a2', 'a3', 'a4', 'a5'], ['b1']], new Map<string, string>()]
    playOut(['a', 'b'], cells, holders)
    expect(loads(['a', 'b'], holders).sort()).toEqual([1, 5])
    expect(play(['a', 'b'], cells, holders, true)).toBe(0)
  })

  it('brings cells that an edit has joined to the replica that has most of them', () => {
    const table: Omit<Table, 'me'> = {
      living: ['a', 'b'],
      cells: [['x', 'y', 'z']],
      holders: new Map([
        ['x', 'b'],
        ['y', 'a'],
        ['z', 'a'],
      ]),
    }
    expect(homeOf(table.cells[0]!, table.holders)).toBe('a')
    expect(movesOf({ ...table, me: 'b' }, false, always)).toEqual({ take: [], giveUp: [['x']] })
    expect(movesOf({ ...table, me: 'a' }, false, always)).toEqual({ take: [], giveUp: [] })
    const free = new Map([...table.holders].filter(([name]) => name !== 'x'))
    expect(movesOf({ ...table, holders: free, me: 'a' }, false, always).take).toEqual(['x'])
    expect(movesOf({ ...table, holders: free, me: 'b' }, false, always).take).toEqual([])
  })
})
