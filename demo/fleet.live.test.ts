import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../test/live.ts'
import { ask } from '../test/servers.ts'
import { createDrills, type Drills, serveDrills } from './controller.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { NODES } from './names.ts'

describeWith(['redis-server', 'haproxy', 'nginx', 'memcached'], 'the demo fleet', () => {
  let fleet: Fleet
  let drills: Drills
  beforeAll(async () => {
    fleet = await startFleet({ pagesPerSecond: 100 })
    drills = createDrills(fleet)
  })
  // What a failed try has left would be in the way of the next.
  afterEach(() => drills.endAll())
  afterAll(async () => {
    await drills?.endAll()
    await fleet?.stop()
  })

  /** Columns of HAProxy's statistics by `pool/server`. */
  async function stat(column: string): Promise<Record<string, string>> {
    const [head, ...rows] = (await ask(fleet.haproxy.about.adminPort, 'show stat\n')).trim().split('\n')
    const at = head!.replace('# ', '').split(',').indexOf(column)
    return Object.fromEntries(rows.map((row) => row.split(',')).map((cells) => [`${cells[0]}/${cells[1]}`, cells[at]!]))
  }
  async function figure(node: string, name: string): Promise<number> {
    const info = await ask(fleet.ports[node]!, 'INFO\r\nPING end\r\n', (text) => text.endsWith('end\r\n'))
    return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1])
  }
  const eventually = async (holds: () => Promise<boolean>) => {
    for (const until = Date.now() + 10_000; Date.now() < until; await sleep(200)) if (await holds()) return
    throw new Error('did not come true within 10 s')
  }

  it('sends pages through all four servers, of which one is slow', async () => {
    await eventually(async () => {
      const requests = await stat('stot')
      return ['app/app1', 'app/app2', 'app/app3', 'app/app4', 'static/static1'].every((server) => Number(requests[server]) > 2)
    })
    expect(fleet.traffic.failures).toBe(0)
    // The mean of the newest requests: those of the start may all have been slow.
    await eventually(async () => {
      const times = await stat('rtime')
      return Number(times['app/app4']) > 3 * Number(times['app/app1'])
    })
  })

  it('moves reads when the ring moves', async () => {
    const share = async () => {
      const reads = async () =>
        Promise.all(NODES.map(async (node) => (await figure(node, 'keyspace_hits')) + (await figure(node, 'keyspace_misses'))))
      const before = await reads()
      await sleep(1_500)
      const grown = (await reads()).map((count, index) => count - before[index]!)
      return grown[0]! / grown.reduce((sum, count) => sum + count)
    }
    await fleet.ring.write([40, 160, 160])
    await eventually(async () => (await share()) < 0.2)
    const { version } = await fleet.ring.read()
    await fleet.ring.write([160, 160, 160])
    expect((await fleet.ring.read()).version).toBe(version + 1)
    await eventually(async () => (await share()) > 0.25)
    await fleet.ring.write([40, 160, 160])
  })

  it('serves its drills to the server and not to a page in a browser', async () => {
    const controller = await serveDrills(drills)
    try {
      const listed = (await (await fetch(`${controller.url}/drills`)).json()) as { items: { name: string; state: string }[] }
      expect(listed.items).toContainEqual(expect.objectContaining({ name: 'slow-server', state: 'ready' }))
      expect((await fetch(`${controller.url}/drills/nothing`, { method: 'POST' })).status).toBe(404)
      const foreign = await fetch(`${controller.url}/drills/slow-server`, { method: 'POST', headers: { origin: 'http://evil.example' } })
      expect(foreign.status).toBe(403)
      expect((await fetch(`${controller.url}/drills/slow-server`, { method: 'POST' })).status).toBe(202)
      expect(fleet.apps.app2!.latencyMs).toBe(160)
      const ended = (await (await fetch(`${controller.url}/drills/slow-server`, { method: 'DELETE' })).json()) as { state: string }
      expect(ended.state).toBe('ready')
      expect(fleet.apps.app2!.latencyMs).toBe(20)
    } finally {
      controller.stop()
    }
  })

  it('takes a server down and brings it back', async () => {
    await drills.start('server-down')
    await eventually(async () => (await stat('status'))['app/app3'] === 'DOWN')
    await drills.end('server-down')
    await eventually(async () => (await stat('status'))['app/app3'] === 'UP')
  })

  it('floods a cache until it evicts, and clears up', async () => {
    await drills.start('eviction-storm')
    await eventually(async () => (await figure('cache-b', 'evicted_keys')) > 100)
    await drills.end('eviction-storm')
    expect(await figure('cache-b', 'used_memory')).toBeLessThan(10_000_000)
  })

  it('restarts a cache under another run id', async () => {
    const before = await figure('cache-c', 'process_id')
    await drills.start('cache-restart')
    expect(await figure('cache-c', 'process_id')).not.toBe(before)
    await drills.end('cache-restart')
    await eventually(async () => (await figure('cache-c', 'keyspace_hits')) > 50)
  })

  it('prepares a cascade, and takes it back', async () => {
    const app4 = fleet.apps.app4!.latencyMs
    await drills.start('cascade')
    expect(fleet.origin.perSecond).toBeGreaterThan(0)
    expect((await stat('slim'))['app/app4']).toBe('24')
    expect(fleet.traffic.detours.size).toBe(1)
    await drills.end('cascade')
    expect(fleet.origin.perSecond).toBeNull()
    expect(fleet.apps.app4!.latencyMs).toBe(app4)
    expect(Number((await stat('slim'))['app/app4'])).toBe(0)
  })

  it('runs the drills on keys and leaves no key behind', async () => {
    for (const name of ['hot-key', 'hit-ratio-drop', 'mass-expiry', 'stampede', 'error-rate', 'flapping-server', 'uneven-ring'])
      await drills.start(name)
    await sleep(2_000)
    expect(drills.list().filter((drill) => drill.state === 'running')).toHaveLength(7)
    await drills.endAll()
    expect(drills.list().filter((drill) => drill.state !== 'ready')).toEqual([])
    expect(fleet.traffic.detours.size).toBe(0)
    expect(fleet.origin.slow).toBeNull()
    const keys = await ask(fleet.ports['cache-b']!, 'EXISTS campaign:1\r\nEXISTS campaign:2\r\nPING end\r\n', (text) =>
      text.endsWith('end\r\n'),
    )
    expect(keys).toContain(':0\r\n:0\r\n')
  })
})
