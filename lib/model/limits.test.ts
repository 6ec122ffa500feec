import { describe, expect, it } from 'vitest'
import { leftOutText, POOLS_MAX, SERVERS_MAX, withinLimits } from './limits.ts'

const pools = (count: number, servers: number) => Array.from({ length: count }, (_, i) => ({ name: `p${i}`, servers }))

describe('the limits of one target', () => {
  it('leave nothing out of a fleet of a usual size', () => {
    expect(withinLimits(pools(200, 10))).toMatchObject({ left: null })
    expect(withinLimits([])).toMatchObject({ left: null })
    expect(withinLimits(pools(1, SERVERS_MAX))).toMatchObject({ left: null })
  })

  it('take whole pools in their order, as long as they fit, and say what is left', () => {
    const { named, read, left } = withinLimits(pools(500, 10))
    expect(named.size).toBe(500)
    expect([...read]).toEqual(pools(SERVERS_MAX / 10, 0).map(({ name }) => name))
    expect(left).toEqual({ servers: { left: 3_000, of: 5_000 }, pools: { left: 300, of: 500 }, names: ['p200', 'p201', 'p202'] })
    expect(leftOutText(left!)).toBe(
      '3,000 of 5,000 servers are left out, those of p200, p201, p202 and 297 more pools: of one target at most 2,000 servers in 1,000 pools are read, whole pools in the order in which it names them',
    )
  })

  it('pass over a pool that is too large by itself, and take those behind it', () => {
    const { read, left } = withinLimits([{ name: 'huge', servers: SERVERS_MAX + 1 }, ...pools(3, 5)])
    expect([...read]).toEqual(['p0', 'p1', 'p2'])
    expect(left).toMatchObject({ servers: { left: SERVERS_MAX + 1 }, names: ['huge'] })
  })

  it('name so many pools and no more', () => {
    const { named, left } = withinLimits(pools(POOLS_MAX + 500, 1))
    expect(named.size).toBe(POOLS_MAX)
    expect(left).toMatchObject({ pools: { left: 500 } })
  })
})
