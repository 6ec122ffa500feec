import { describe, expect, it } from 'vitest'
import { lookedUpBeside, OwnLookups } from './ownLookups.ts'

/** A server's counts, and what is shown of them. */
function server(address = 'a:1') {
  const looks = new OwnLookups(address)
  const at = { runId: 'r1', hits: 0, misses: 0, uptimeSeconds: 100, earlier: 0 }
  const shown = () => {
    const off = looks.takenOff(looks.soFar(), at)
    return [at.hits - off.hits, at.misses - off.misses]
  }
  return { looks, at, shown }
}

describe('own lookups', () => {
  it('are taken off as they were answered', () => {
    const { looks, at, shown } = server()
    Object.assign(at, { hits: 100, misses: 10 })
    expect(shown()).toEqual([100, 10])
    Object.assign(at, { hits: 120, misses: 13 })
    looks.answered(15, 3)
    expect(shown()).toEqual([105, 10])
  })

  it('leave what others ask about keys to the clients: counts never fall within a run', () => {
    const { at, shown } = server()
    Object.assign(at, { hits: 1_000, misses: 10 })
    let before = shown()
    for (let second = 0; second < 60; second++) {
      // 900 a second ask for the type of keys that are not there.
      at.hits += 255
      at.misses += 900
      at.earlier += 900
      const now = shown()
      expect([now[0]! - before[0]!, now[1]! - before[1]!]).toEqual([255, 900])
      before = now
    }
  })

  it('take off those of an earlier Evenkeel where they can be ours, and never where they cannot', () => {
    const ours = server()
    Object.assign(ours.at, { hits: 1_000_000, misses: 0, earlier: 15_000 })
    expect(ours.shown()).toEqual([985_000, 0])
    const theirs = server()
    Object.assign(theirs.at, { hits: 1_000_000, misses: 0, earlier: 900_000 })
    expect(theirs.shown()).toEqual([1_000_000, 0])
  })

  it('do not make counts fall on a server that does not count them', () => {
    const { looks, at, shown } = server()
    Object.assign(at, { hits: 50, misses: 5 })
    shown()
    looks.answered(200, 9)
    expect(shown()).toEqual([50, 5])
  })

  it('go on being taken off after an INFO that does not tell, each by itself', () => {
    const { looks, at, shown } = server()
    Object.assign(at, { hits: 1_000, misses: 10, earlier: 15 })
    expect(shown()).toEqual([985, 10])
    looks.answered(20, 4)
    Object.assign(at, { hits: Number.NaN, misses: 16 })
    expect(shown()[1]).toBe(12)
    Object.assign(at, { hits: 1_120, misses: Number.NaN })
    expect(shown()[0]).toBe(1_085)
    looks.answered(10, 0)
    Object.assign(at, { hits: 1_130, misses: 16 })
    expect(shown()).toEqual([1_085, 12])
  })

  it('are taken off a server that never tells of one of them', () => {
    const { looks, at, shown } = server()
    Object.assign(at, { hits: 500, misses: Number.NaN })
    shown()
    looks.answered(40, 2)
    at.hits = 600
    expect(shown()[0]).toBe(560)
  })

  it('begin anew with another run, and after CONFIG RESETSTAT', () => {
    const { looks, at, shown } = server()
    Object.assign(at, { hits: 500, misses: 5 })
    shown()
    looks.answered(100, 0)
    Object.assign(at, { hits: 40, misses: 1 })
    expect(shown()).toEqual([40, 1])
    Object.assign(at, { runId: 'r2', hits: 90, misses: 2 })
    expect(shown()).toEqual([90, 2])
    looks.answered(10, 0)
    at.hits = 120
    expect(shown()).toEqual([110, 2])
  })

  it('of a job beside the probes count as ours', () => {
    const { at, shown } = server('beside:1')
    Object.assign(at, { hits: 100, misses: 0 })
    shown()
    lookedUpBeside('beside:1', 50, 0)
    lookedUpBeside('another:1', 70, 0)
    at.hits = 160
    expect(shown()).toEqual([110, 0])
  })

  it('are waited for without being kept: what each reading found is let go', async () => {
    const { looks } = server()
    await looks.during(Promise.resolve({ large: 'histogram' }))
    await looks.during(Promise.reject(new Error('no answer'))).catch(() => {})
    expect(await looks.looking).toBeUndefined()
  })
})
