import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ChangeView } from '../lib/model/answers/change.ts'
import type { FrameView } from '../lib/model/answers/frame.ts'
import { replaceFile } from '../lib/products/replaceFile.ts'
import { webToApp } from './haproxyCfg.ts'
import { describeWith } from './live.ts'
import { ServedApi } from './served.ts'
import { ask, startHaproxy, startRedis } from './servers.ts'
import { describeOnSmallDisk, SmallDisk } from './smallDisk.ts'

const cfg = webToApp('server a 127.0.0.1:1 weight 90', 'server b 127.0.0.1:1 weight 100')
const weight = (after: string) => ({ steps: [{ setting: { target: 'edge', name: 'app/a/weight' }, after }], because: 'a test' })

describeOnSmallDisk('on a disk without one free block', () => {
  test('a configuration file is restored with its old text and mode; a file that differs is refused', async () => {
    using disk = new SmallDisk(1)
    const file = join(disk.path, 'app.conf')
    const [before, after] = [`server a weight=9;\n`.repeat(2_000), `server a weight=4;\n`.repeat(2_000)]
    writeFileSync(file, before, { mode: 0o640 })
    await replaceFile(file, { from: before, to: after }, { change: '0123456789abcdef' })
    disk.fill()
    await expect(replaceFile(file, { from: after, to: `x${after}` }, { change: '0123456789abcdef' })).rejects.toMatchObject({ message: expect.stringContaining('its disk is full') }) // biome-ignore format: one line
    expect(readFileSync(file, 'utf8')).toBe(after)
    disk.free()
    disk.fill()
    await replaceFile(file, { from: after, to: before }, { change: '0123456789abcdef' })
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(readdirSync(disk.path).sort()).toEqual(['app.conf', 'ballast'])
  })

  describeWith(['haproxy', 'redis-server'], 'a whole Evenkeel', () => {
    test('rolls back, judges and sends notices; refuses new changes with the reason; survives kill -9; and writes everything once there is space', async () => {
      await using haproxy = await startHaproxy({ cfg })
      await using redis = await startRedis()
      using disk = new SmallDisk(32)
      await using evenkeel = await ServedApi.open(
        disk.path,
        `targets:
  - { kind: haproxy, name: edge, socket: "tcp://127.0.0.1:${haproxy.about.adminPort}" }
  - { kind: redis, name: cache, url: "${redis.about.url}", role: cache }`,
      )
      const weightOfA = async () => /^(\d+)/.exec(await ask(haproxy.about.adminPort, 'get weight app/a\n'))?.[1]
      const frame = () => evenkeel.get<FrameView>('frame')
      const change = (id: string) => evenkeel.get<ChangeView>(`changes/${id}`)
      const up = async () => {
        for (const name of ['edge', 'cache']) await evenkeel.until(() => evenkeel.get<{ state: string }>(`targets/${name}`), ({ state }) => state === 'up') // biome-ignore format: one line
      }
      await evenkeel.start()
      await up()
      const { body, status } = await evenkeel.call('POST', 'changes', weight('40'))
      expect(status).toBe(202)
      const { change: id } = body as { change: string }
      expect(await weightOfA()).toBe('40')

      disk.fill()
      await evenkeel.until(frame, ({ saving }) => saving !== null)
      expect(await frame()).toMatchObject({
        saving: { because: 'the disk of the data folder is full', mend: expect.stringContaining('4 MB') },
      })
      expect(await evenkeel.get('/metrics')).toContain('evenkeel_store_failing 1')
      expect(await evenkeel.call('POST', 'changes', { ...weight('70'), steps: [{ setting: { target: 'edge', name: 'app/b/weight' }, after: '70' }] })).toMatchObject({ status: 503, body: { code: 'unavailable', detail: expect.stringMatching(/disk of the data folder is full\. Free at least/) } }) // biome-ignore format: one line

      // The verdict stands and its notice was sent.
      await redis.stop()
      await evenkeel.until(() => evenkeel.notices.filter((body) => body.includes('target-down')), ({ length }) => length > 0, 40) // biome-ignore format: one line

      expect((await evenkeel.call('POST', `changes/${id}/roll-back`)).status).toBe(202)
      expect(await weightOfA()).toBe('90')
      expect(await change(id)).toMatchObject({ state: 'rolled_back' })
      expect((await evenkeel.call('GET', '/readyz')).status).toBe(200)
      expect(disk.freeBytes).toBe(0)

      await evenkeel.end('SIGKILL')
      await evenkeel.start()
      expect(await change(id)).toMatchObject({ state: 'rolled_back' })
      expect(await weightOfA()).toBe('90')
      // A clean end removes SQLite's write-ahead log, and the next start needs space for a new one.
      await evenkeel.end('SIGTERM')
      disk.fill()
      await evenkeel.start()
      expect(await change(id)).toMatchObject({ state: 'rolled_back' })

      disk.free()
      await evenkeel.until(frame, ({ saving }) => saving === null, 40)
      await evenkeel.end('SIGKILL')
      await evenkeel.start()
      const after = await change(id)
      expect(after.state).toBe('rolled_back')
      expect(after.journal.map(({ what }) => what)).toEqual(
        expect.arrayContaining(['created', 'intent', 'written', 'watching', 'rolled_back']),
      )
      await evenkeel.until(() => evenkeel.get<{ state: string }>('targets/edge'), ({ state }) => state === 'up') // biome-ignore format: one line
      const again = await evenkeel.call('POST', 'changes', weight('50'))
      expect(again.status).toBe(202)
      await evenkeel.end('SIGTERM')
    }, 180_000)
  })
})
