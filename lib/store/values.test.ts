import { describe, expect, it } from 'vitest'
import { normal, randomOf } from '../../test/random.ts'
import { BLOCK, blockBefore, giveBlock, pack, sameOf, unpack } from './packed.ts'
import { NONE, Rooms } from './rooms.ts'
import { Values } from './values.ts'

const random = randomOf(11)

/** What series are like: each tells its next value. */
const KINDS: Record<string, () => () => number> = {
  'a counter': counter(() => 20_000 + Math.round(20 * normal(random))),
  'a counter of bytes': counter(() => Math.round(1e9 * random()), 2 ** 45),
  'a counter that restarts': () => {
    let value = 0
    return () => {
      value = random() < 0.01 ? 0 : value + 17
      return value
    }
  },
  'a counter of seconds': counter(() => Math.round(1e5 + 1e3 * normal(random)) / 1e6, 12_345.678_901),
  'a gauge': () => () => Math.round(1e9 + 1e6 * normal(random)),
  'a mean': () => () => random(),
  'a mean of few decimals': () => () => Math.round(1_000 * random()) / 1_000,
  'below zero': () => () => 0 - Math.round(5 * random()),
  'the largest and the smallest': () => () =>
    [Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, 0.1][Math.floor(5 * random())]!,
  'mostly still': () => {
    let value = 7
    return () => {
      if (random() < 0.004) value = Math.round(1e3 * random())
      return value
    }
  },
}

function counter(step: () => number, from = 0): () => () => number {
  return () => {
    let value = from
    return () => {
      value += step()
      return value
    }
  }
}

/** As a series uses it. */
class Column extends Values {
  override push(value: number): void {
    super.push(value)
  }
  override drop(count: number): void {
    super.drop(count)
  }
  override moveBack(to: number, from: number): void {
    super.moveBack(to, from)
  }
  override of(index: number): number {
    return super.of(index)
  }
  override between(first: number, end: number): Float64Array {
    return super.between(first, end)
  }
}

describe('Values', () => {
  it.each(Object.keys(KINDS))('are what was given: %s', (kind) => {
    for (let round = 0; round < 2; round++) {
      const next = KINDS[kind]!()
      const values = new Column()
      const given: number[] = []
      for (let i = 0; i < 1_500; i++) {
        const value = next()
        values.push(value)
        given.push(value)
        const dropped = random() < 0.01 ? Math.floor(random() * given.length * (random() < 0.1 ? 1 : 0.3)) : 0
        if (dropped > 0) {
          values.drop(dropped)
          given.splice(0, dropped)
        }
        if (random() < 0.002) {
          const from = Math.floor(random() * given.length)
          const to = Math.floor(random() * (from + 1))
          values.moveBack(to, from)
          given.splice(to, from - to)
        }
        const some = Math.floor(random() * given.length)
        if (values.size !== given.length || values.of(some) !== given[some])
          expect([i, some, values.of(some)]).toEqual([i, some, given[some]])
        if (i % 97 === 0) expect([...values.between(some, given.length)]).toEqual(given.slice(some))
      }
      expect(given.map((_, i) => values.of(i))).toEqual(given)
    }
  })

  it('of two columns that are read side by side each tells its own', () => {
    const columns = Array.from({ length: 80 }, () => new Column())
    for (let i = 0; i < 400; i++) for (const [n, values] of columns.entries()) values.push(n * 1_000 + i)
    const wrong = []
    for (let i = 0; i < 400; i++) for (const [n, values] of columns.entries()) if (values.of(i) !== n * 1_000 + i) wrong.push([n, i])
    expect(wrong).toEqual([])
  })

  it('a column of values goes from none over whole numbers to doubles, and back', () => {
    const values = new Column()
    const all: number[] = []
    const push = (value: number) => {
      values.push(value)
      all.push(value)
    }
    for (let i = 0; i < 100; i++) push(0)
    for (let i = 0; i < 100; i++) push(i * 7)
    push(2 ** 32)
    push(-1)
    push(0.5)
    expect([...values.between(0, values.size)]).toEqual(all)
    values.drop(150)
    expect([...values.between(0, values.size)]).toEqual(all.slice(150))
    values.moveBack(10, 20)
    const moved = [...all.slice(150, 160), ...all.slice(170)]
    expect([...values.between(0, values.size)]).toEqual(moved)
    for (let i = 0; i < 50; i++) values.push(3)
    values.drop(values.size - 50)
    expect([...values.between(0, 50), values.of(49)]).toEqual(Array(51).fill(3))
  })
})

describe('a packed block', () => {
  it('takes about a byte for each value of a counter, and tells where one holds still', () => {
    const rooms = new Rooms()
    const next = KINDS['a counter']!()
    const first = rooms.take(8)
    const counter = pack(rooms, Float64Array.from({ length: BLOCK }, next), NONE)
    const after = rooms.take(8)
    expect(8 * (after - counter)).toBeLessThan(1.3 * BLOCK)
    expect([first < counter, sameOf(rooms, counter)]).toEqual([true, Number.NaN])
    const still = pack(rooms, new Float64Array(BLOCK).fill(12.5), counter)
    expect([8 * (rooms.take(8) - still), sameOf(rooms, still), blockBefore(rooms, still)]).toEqual([16, 12.5, counter])
    const out = new Float64Array(BLOCK + 1)
    unpack(rooms, still, 0, BLOCK, out, 1)
    expect([...out]).toEqual([0, ...new Float64Array(BLOCK).fill(12.5)])
  })

  it('is what it was made of, in whole and in part, however far its values are apart', () => {
    const rooms = new Rooms()
    for (let bits = 0; bits <= 50; bits++)
      for (const [sign, power] of [
        [1, 1],
        [-1, 1],
        [1, 1_000],
      ] as const) {
        const step = () => Math.round(random() * (2 ** bits - 1))
        const values = Float64Array.from({ length: BLOCK }, (_, i) => (sign * (i % 2 === 0 ? step() : 0)) / power + 0)
        const room = pack(rooms, values, NONE)
        const [from, until] = [Math.floor(random() * BLOCK), Math.ceil(random() * BLOCK)].sort((a, b) => a - b) as [number, number]
        const [whole, part] = [new Float64Array(BLOCK), new Float64Array(until - from)]
        unpack(rooms, room, 0, BLOCK, whole, 0)
        unpack(rooms, room, from, until, part, 0)
        expect([bits, ...whole]).toEqual([bits, ...values])
        expect([...part]).toEqual([...values.subarray(from, until)])
        giveBlock(rooms, room)
      }
  })
})

describe('rooms', () => {
  it('do not overlap, and one that is given back goes to the next of its size', () => {
    const rooms = new Rooms()
    const sizes = Array.from({ length: 4_000 }, () => 8 + Math.floor(random() * 600))
    const taken = sizes.map((bytes, i) => {
      const room = rooms.take(bytes)
      rooms.page(room).bytes.fill(i % 100, 4 * rooms.word(room), 4 * rooms.word(room) + bytes)
      return room
    })
    const wrong = taken.filter((room, i) => {
      const start = 4 * rooms.word(room)
      return rooms
        .page(room)
        .bytes.subarray(start, start + sizes[i]!)
        .some((byte) => byte !== i % 100)
    })
    expect(wrong).toEqual([])
    rooms.give(taken[7]!, sizes[7]!)
    rooms.give(taken[3]!, sizes[3]!)
    expect([rooms.take(sizes[3]!), rooms.take(sizes[7]!)]).toEqual([taken[3], taken[7]])
  })
})
