import { expect, it } from 'vitest'
import { describeWith } from '../../../test/live.ts'
import { randomOf } from '../../../test/random.ts'
import { ask } from '../../../test/servers.ts'
import { days, labOf } from './days.ts'
import { startLab, startMemcachedLab } from './lab.ts'
import { startPool } from './pool.ts'

describeWith(['redis-server'], 'a cache that is recorded', () => {
  it('has traffic and a memory limit, and has both again after a restart', { timeout: 30_000 }, async () => {
    const began = performance.now()
    const options = labOf('bursty-1', randomOf(5), days.find(({ name }) => name === 'bursty')!)
    const lab = await startLab({ ...options, draw: { ...options.draw, perSecond: 300 } }, () => (performance.now() - began) / 1_000)
    try {
      const hits = async () => Number(/keyspace_hits:(\d+)/.exec(await lab.admin.info('stats'))![1])
      const limit = async () => (await lab.admin.config('GET', 'maxmemory')) as string[]
      await expect.poll(hits, { timeout: 10_000 }).toBeGreaterThan(50)
      await lab.limit!()
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

describeWith(['memcached'], 'a memcached that is recorded', () => {
  it('has traffic that fills it, and is empty after a restart', { timeout: 30_000 }, async () => {
    const options = labOf('bursty-1', randomOf(5), days[0]!)
    const lab = await startMemcachedLab({ ...options, draw: { ...options.draw, perSecond: 300 } }, () => 0)
    try {
      const stat = async (name: string) =>
        Number(new RegExp(`STAT ${name} (\\d+)`).exec(await ask(lab.gate.port, 'stats\r\n', (text) => text.endsWith('END\r\n')))?.[1])
      await expect.poll(() => stat('get_hits'), { timeout: 10_000 }).toBeGreaterThan(50)
      const keys = await stat('curr_items')
      expect(keys).toBeGreaterThan(100)
      await lab.resetStats()
      expect(await stat('get_hits')).toBeLessThan(50)
      await lab.restart(200)
      expect(await stat('curr_items')).toBeLessThan(keys / 2)
      await expect.poll(() => stat('get_hits'), { timeout: 10_000 }).toBeGreaterThan(0)
    } finally {
      await lab.stop()
    }
  })
})

describeWith(['haproxy', 'nginx'], 'a pool that is recorded', () => {
  it.each(['haproxy', 'nginx'] as const)('%s has traffic, and sends a server nothing that is out', { timeout: 30_000 }, async (kind) => {
    const pool = await startPool({ name: 'a', random: randomOf(5), rates: [200, 300], kind, program: kind }, () => 0)
    try {
      const [out, other] = pool.servers
      await expect.poll(() => Math.min(out!.pages, other!.pages), { timeout: 10_000 }).toBeGreaterThan(5)
      await pool.without(out!)
      await expect
        .poll(
          async () => {
            const [before, others] = [out!.pages, other!.pages]
            await expect.poll(() => other!.pages - others).toBeGreaterThan(5)
            return out!.pages - before
          },
          { timeout: 10_000 },
        )
        .toBe(0)
    } finally {
      await pool.stop()
    }
  })
})
