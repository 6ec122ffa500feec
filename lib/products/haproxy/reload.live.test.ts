import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { HAPROXY_DEFAULTS } from '../../../test/haproxyCfg.ts'
import { HaproxyReloads } from '../../../test/haproxyReloads.ts'
import { describeWith } from '../../../test/live.ts'
import { judge, load } from '../../../test/series.ts'
import { ask, startHaproxy } from '../../../test/servers.ts'
import { weightDrift } from '../../detectors/balancer/weight-drift.ts'
import type { Pool } from '../../model/topology.ts'
import { haproxyConfig } from './config.ts'
import { haproxy } from './product.ts'

const BACKENDS = `${HAPROXY_DEFAULTS}backend app
  server one 127.0.0.1:1 weight 100   # the big one
  server two 127.0.0.1:1 weight 100
  server three 127.0.0.1:1
`

describeWith(['haproxy'], 'what a reload keeps', () => {
  test('nothing by itself; the proposed line; the saved state, unless the file was changed since', async () => {
    await using server = await startHaproxy({ cfg: () => BACKENDS })
    await using reloads = new HaproxyReloads()
    const { config, socket } = server.about
    const link = haproxy.open(haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket, config }))
    const look = async (): Promise<Pool> => {
      for (const probe of haproxy.probes) {
        const raw = await probe.read(link, null, AbortSignal.timeout(2_000))
        const [pool] = probe.parse(raw, { cursor: null, at: Date.now() }).topology.pools ?? []
        if (pool) return { ...pool, target: 'edge' }
      }
      throw new Error('no pool')
    }
    const drift = (pool: Pool) => judge(weightDrift, load(1_000, {}), { pools: [pool] }).map((verdict) => verdict.is)
    const serverOf = (pool: Pool, name: string) => pool.servers.find((one) => one.name === name)!
    const set = (what: string) => ask(socket, `set server app/${what}\n`)
    /** Writes the proposed line in the place of the one that it names. */
    const writeLine = async ({ fileLine }: Pool['servers'][number]) => {
      const [file, number] = fileLine!.where.split(/:(?=\d+$)/)
      const lines = (await readFile(file!, 'utf8')).split('\n')
      expect(lines[Number(number) - 1]).toBe(fileLine!.now)
      lines[Number(number) - 1] = fileLine!.wanted!
      await writeFile(file!, lines.join('\n'))
    }

    // Without either it is lost, and the rule is content again.
    await set('one weight 40')
    expect(drift(await look())).toEqual(['found', 'clear', 'clear'])
    expect((await look()).reload).toMatchObject({ keeps: false })
    await reloads.of(server)
    expect(serverOf(await look(), 'one').weightSet).toBe(100)
    expect(drift(await look())).toEqual(['clear', 'clear', 'clear'])

    // With the line in the file it is kept.
    await set('one weight 40')
    await set('two state maint')
    await set('three weight 3')
    expect(serverOf(await look(), 'one').fileLine?.wanted).toBe('  server one 127.0.0.1:1 weight 40   # the big one')
    for (const name of ['one', 'two', 'three']) await writeLine(serverOf(await look(), name))
    await reloads.of(server)
    expect((await look()).servers.map(({ weightSet, state }) => [weightSet, state])).toEqual([[40, 'up'], [100, 'maint'], [3, 'up']]) // biome-ignore format: a table
    expect(drift(await look())).toEqual(['clear', 'clear', 'clear'])

    // With a state file that was saved by what the page says; a weight that changed in the file meanwhile wins.
    const base = dirname(config)
    const text = await readFile(config, 'utf8')
    const global = `global\n  server-state-base ${base}\n  server-state-file saved.state\n`
    await writeFile(config, text.replace('global\n', global).replace('defaults\n', 'defaults\n  load-server-state-from-file global\n'))
    await set('one weight 55')
    await set('three weight 7')
    await set('two state drain')
    const { reload } = await look()
    expect(reload).toMatchObject({ keeps: true })
    expect(reload!.command).toBe(`echo "show servers state" | socat stdio unix-connect:${socket} > ${join(base, 'saved.state')}`)
    await writeFile(join(base, 'saved.state'), await ask(socket, 'show servers state\n'))
    await writeFile(
      config,
      (await readFile(config, 'utf8')).replace('server three 127.0.0.1:1 weight 3', 'server three 127.0.0.1:1 weight 5'),
    )
    await reloads.of(server)
    const pool = await look()
    expect(pool.servers.map(({ weightSet, state }) => [weightSet, state])).toEqual([[55, 'up'], [100, 'drain'], [5, 'up']]) // biome-ignore format: a table
    // Drained here and disabled in the file: out either way.
    expect(drift(pool)).toEqual(['found', 'clear', 'clear'])
  }, 30_000)
})
