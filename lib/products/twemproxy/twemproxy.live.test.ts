import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { freePort } from '../../../test/daemon.ts'
import { describeWith } from '../../../test/live.ts'
import { twemproxyActuator } from './actuator.ts'
import { readStats, type TwemproxyConfig, twemproxyConfig } from './client.ts'
import { twemproxy } from './product.ts'
import { parseStatistics } from './stats.ts'

const run = promisify(execFile)
const signal = () => AbortSignal.timeout(20_000)

describeWith(['nutcracker'], 'twemproxy', () => {
  let folder: string
  let config: TwemproxyConfig
  const pid = async () => Number(await readFile(join(folder, 'pid'), 'utf8'))
  const startOf = async () => parseStatistics(await readStats(config, signal()), null, true).startedAt

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evenkeel-twemproxy-'))
    const [listen, stats] = await Promise.all([freePort(), freePort()])
    const file = join(folder, 'nutcracker.yml')
    await writeFile(
      file,
      `cache:\n  listen: 127.0.0.1:${listen}\n  hash: md5\n  distribution: ketama\n  servers:\n    - 127.0.0.1:1:1 a # small\n    - 127.0.0.1:2:1 b\n`,
    )
    const script = join(folder, 'restart.sh')
    await writeFile(
      script,
      `if [ -f ${folder}/pid ]; then p=$(cat ${folder}/pid); kill $p; while kill -0 $p 2>/dev/null; do sleep 0.02; done; fi
exec nutcracker -d -c ${file} -p ${folder}/pid -s ${stats} -a 127.0.0.1 -i 100 -o ${folder}/log\n`,
    )
    await run('sh', [script])
    config = twemproxyConfig.parse({
      kind: 'twemproxy',
      name: 'proxy',
      stats: `tcp://127.0.0.1:${stats}`,
      config: file,
      restart: ['sh', script],
    })
    await vi.waitUntil(() => readStats(config, signal()).catch(() => ''), { timeout: 5_000 })
  })
  afterAll(async () => {
    process.kill(await pid(), 'SIGTERM')
    await rm(folder, { recursive: true })
  })

  it('is read with its ring', async () => {
    const [probe] = twemproxy.probes
    const raw = await probe!.read({ config }, null, signal())
    expect(probe!.parse(raw, { cursor: null, at: 0 }).topology.pools).toMatchObject([
      {
        name: 'cache',
        liveWeights: true,
        ring: {
          nodes: [
            { name: 'a', weight: 1 },
            { name: 'b', weight: 1 },
          ],
        },
      },
    ])
  })

  it('takes a weight by file and restart, and gives it back', async () => {
    const text = await readFile(config.config as string, 'utf8')
    const started = await startOf()
    await twemproxyActuator.write(config, [{ name: 'cache/a/weight', expect: '1', value: '3' }], signal(), CAUSE)
    expect(await readFile(config.config as string, 'utf8')).toBe(text.replace('127.0.0.1:1:1 a', '127.0.0.1:1:3 a'))
    expect(await startOf()).toBeGreaterThan(started)
    await expect(
      twemproxyActuator.write(config, [{ name: 'cache/a/weight', expect: '1', value: '2' }], signal(), CAUSE),
    ).rejects.toMatchObject({
      code: 'drift',
    })
    await twemproxyActuator.write(config, [{ name: 'cache/a/weight', expect: '3', value: '1' }], signal(), CAUSE)
    expect(await readFile(config.config as string, 'utf8')).toBe(text)
  })

  it('puts file and run back when the restart fails', async () => {
    const text = await readFile(config.config as string, 'utf8')
    const broken = { ...config, restart: ['sh', '-c', 'exit 3'] }
    await expect(twemproxyActuator.write(broken, [{ name: 'cache/a/weight', expect: '1', value: '3' }], signal(), CAUSE)).rejects.toThrow(
      'the old file is back',
    )
    expect(await readFile(config.config as string, 'utf8')).toBe(text)
    expect(await readStats(config, signal())).toContain('nutcracker')
  })
})
