import { expect, it } from 'vitest'
import { describeWith } from '../../../test/live.ts'
import { randomOf } from '../../../test/random.ts'
import { days, labOf } from './days.ts'
import { startLab } from './lab.ts'

describeWith(['redis-server'], 'a cache that is recorded', () => {
  it('has traffic and a memory limit, and has both again after a restart', { timeout: 30_000 }, async () => {
    const began = performance.now()
    const options = labOf('bursty-1', randomOf(5), days.find(({ name }) => name === 'bursty')!)
    const lab = await startLab({ ...options, draw: { ...options.draw, perSecond: 300 } }, () => (performance.now() - began) / 1_000)
    try {
      const hits = async () => Number(/keyspace_hits:(\d+)/.exec(await lab.admin.info('stats'))![1])
      const limit = async () => (await lab.admin.config('GET', 'maxmemory')) as string[]
      expect(await hits()).toBeGreaterThan(50)
      const before = await limit()
      expect(Number(before[1])).toBeGreaterThan(1e6)
      const keys = await lab.admin.dbsize()
      await lab.restart(200)
      expect(await limit()).toEqual(before)
      expect(await lab.admin.dbsize()).toBeLessThan(keys / 2)
      await expect.poll(hits, { timeout: 10_000 }).toBeGreaterThan(10)
    } finally {
      await lab.stop()
    }
  })
})
