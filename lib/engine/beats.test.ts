import { describe, expect, it } from 'vitest'
import { handClock } from '../../test/clock.ts'
import { type Beating, Beats } from './beats.ts'

const START = 1_000

function queue() {
  const clock = handClock(START)
  const beats = new Beats(clock)
  const ran: [name: string, at: number][] = []
  const one = (name: string, inMs: number, then = () => {}): Beating => ({
    dueAt: clock.monotonic() + inMs,
    place: -1,
    beat() {
      ran.push([name, clock.monotonic() - START])
      then()
    },
  })
  return { clock, beats, ran, one }
}

describe('the queue of beats', () => {
  it('runs each once, at its moment, in the order of time, whatever was added and taken away', async () => {
    const { clock, beats, ran, one } = queue()
    const all = Array.from({ length: 300 }, (_, i) => one(`${i}`, Math.floor(clock.random() * 5_000)))
    for (const each of all) beats.add(each)
    const gone = all.filter((_, i) => i % 3 === 0)
    for (const each of gone) beats.remove(each)
    const moved = all[1]!
    moved.dueAt = START + 6_000
    beats.add(moved)
    await clock.pass(7_000)
    const due = all.filter((_, i) => i % 3 !== 0).map(({ dueAt }) => dueAt - START)
    expect(ran.map(([, at]) => at)).toEqual(due.sort((a, b) => a - b))
    expect(ran.at(-1)).toEqual(['1', 6_000])
    expect(all.every(({ place }) => place === -1)).toBe(true)
  })

  it('wakes earlier for what is added later, and takes in what is added while it runs', async () => {
    const { clock, beats, ran, one } = queue()
    beats.add(one('late', 900))
    beats.add(one('early', 300, () => beats.add(one('next', 50))))
    await clock.pass(1_000)
    expect(ran).toEqual([
      ['early', 300],
      ['next', 350],
      ['late', 900],
    ])
  })

  it('goes on with the others when one fails', async () => {
    const { clock, beats, ran, one } = queue()
    beats.add(
      one('bad', 100, () => {
        throw new Error('no')
      }),
    )
    beats.add(one('good', 100))
    await expect(clock.pass(200)).rejects.toThrow('no')
    await clock.pass(200)
    expect(ran.map(([name]) => name)).toEqual(['bad', 'good'])
  })

  it('runs no more in one turn than fits into a slice of time, and the others in the next ones', () => {
    let now = START
    let wake: (() => void) | null = null
    const clock = {
      ...handClock(START),
      monotonic: () => now,
      setTimer(run: () => void) {
        wake = run
        return () => {
          wake = null
        }
      },
    }
    const beats = new Beats(clock)
    const ran: number[] = []
    for (let i = 0; i < 10; i++)
      beats.add({
        dueAt: START + i,
        place: -1,
        beat() {
          ran.push(i)
          now += 1.5
        },
      })
    now += 100
    const turns: number[] = []
    while (wake) {
      const run: () => void = wake
      wake = null
      run()
      turns.push(ran.length)
    }
    expect(turns).toEqual([3, 6, 9, 10])
    expect(ran).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})
