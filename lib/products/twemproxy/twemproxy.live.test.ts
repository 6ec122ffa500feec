import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
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
  let whole: string
  const pid = async () => Number(await readFile(join(folder, 'pid'), 'utf8'))
  const startOf = async () => parseStatistics(await readStats(config, signal()), null, true).startedAt

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evenkeel-twemproxy-'))
    const [listen, stats] = await Promise.all([freePort(), freePort()])
    const file = join(folder, 'nutcracker.yml')
    whole = `cache:\n  listen: 127.0.0.1:${listen}\n  hash: md5\n  distribution: ketama\n  servers:\n    - 127.0.0.1:1:1 a # small\n    - 127.0.0.1:2:1 b\n`
    await writeFile(file, whole)
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
  // A try that failed half-way has left a weight, or no run.
  beforeEach(async () => {
    await rm(join(folder, 'once'), { force: true })
    const isWhole = (await readFile(config.config as string, 'utf8')) === whole
    if (isWhole && (await readStats(config, signal()).catch(() => '')) !== '') return
    await writeFile(config.config as string, whole)
    await run('sh', config.restart as string[])
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
        can: { weight: true },
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

  const edit = (value: string, expect = '1') => [{ name: 'cache/a/weight', expect, value }]
  const write = (of: TwemproxyConfig, ms = 20_000) => twemproxyActuator.write(of, edit('3'), AbortSignal.timeout(ms), CAUSE)

  it('measures for how long clients are cut', async () => {
    const costs: string[] = []
    const cause = { ...CAUSE, cost: (text: string) => costs.push(text) }
    await twemproxyActuator.write(config, edit('3'), signal(), cause)
    await twemproxyActuator.write(config, edit('1', '3'), signal(), cause)
    expect(costs).toHaveLength(2)
    for (const cost of costs) {
      const ms = Number(/^every client connection was cut for (\d+) ms$/.exec(cost)?.[1])
      expect(ms).toBeGreaterThanOrEqual(1)
      expect(ms).toBeLessThan(3_000)
    }
  })

  it.each([
    ['fails', ['sh', '-c', 'exit 3'], 'the restart command failed: it ended with 3'],
    ['is not there', ['/nowhere/restart'], 'the restart command failed: it is not there'],
    ['does nothing', ['true'], 'the old run of twemproxy still answers'],
  ])('puts file and run back when the restart %s', async (_how, restart, words) => {
    const text = await readFile(config.config as string, 'utf8')
    const started = await startOf()
    const error = await write({ ...config, restart }, 2_500).catch((caught) => caught)
    expect(error.message).toContain(words)
    expect(error.message).toContain('the old file is back')
    expect(error.message).not.toContain(folder)
    expect(await readFile(config.config as string, 'utf8')).toBe(text)
    expect(await startOf()).toBe(started)
  })

  it('a new run that does not come up: the old file comes back, and a run with it', async () => {
    const text = await readFile(config.config as string, 'utf8')
    const started = await startOf()
    // The first call ends the old run and starts nothing; the second one is whole again.
    const half = join(folder, 'half.sh')
    await writeFile(
      half,
      `if [ -f ${folder}/once ]; then exec sh ${folder}/restart.sh; fi\ntouch ${folder}/once\np=$(cat ${folder}/pid); kill $p; while kill -0 $p 2>/dev/null; do sleep 0.02; done\n`,
    )
    await expect(write({ ...config, restart: ['sh', half] }, 2_500)).rejects.toThrow(/did not come back.*the old file is back and running/)
    expect(await readFile(config.config as string, 'utf8')).toBe(text)
    expect(await startOf()).toBeGreaterThan(started)
  })

  it('what nutcracker -t refuses touches nothing, and so does a missing program', async () => {
    const text = await readFile(config.config as string, 'utf8')
    const started = await startOf()
    await writeFile(config.config as string, `${text}broken:\n  listen: nowhere\n  servers:\n    - 127.0.0.1:1:1\n`)
    const error = await write(config).catch((caught) => caught)
    expect(error).toMatchObject({ code: 'invalid' })
    expect(error.message).toMatch(/^nutcracker -t refuses the new file: .*nutcracker\.yml.*syntax is invalid/)
    expect(error.message).not.toContain('/')
    await writeFile(config.config as string, text)
    await expect(write({ ...config, program: '/nowhere/nutcracker' })).rejects.toThrow('nutcracker is not there to test the new file')
    expect(await startOf()).toBe(started)
    expect((await readdir(folder)).filter((name) => /test|-new/.test(name))).toEqual([])
  })

  it('after a crash between the rename and the restart, twemproxy takes up its file', async () => {
    const text = await readFile(config.config as string, 'utf8')
    const started = await startOf()
    // Nothing was written: nobody is cut.
    await twemproxyActuator.resume!(config, edit('3'), signal(), CAUSE)
    expect(await startOf()).toBe(started)
    await writeFile(config.config as string, text.replace(':1:1 a', ':1:3 a'))
    await twemproxyActuator.resume!(config, edit('3'), signal(), CAUSE)
    const next = await startOf()
    expect(next).toBeGreaterThan(started)
    await writeFile(config.config as string, text)
    await twemproxyActuator.resume!(config, edit('1', '3'), signal(), CAUSE)
    expect(await startOf()).toBeGreaterThan(next)
  })

  it('one that does not answer is written nothing; names that are none', async () => {
    const text = await readFile(config.config as string, 'utf8')
    await expect(write({ ...config, stats: `tcp://127.0.0.1:${await freePort()}` })).rejects.toMatchObject({ code: 'unreachable' })
    expect(await readFile(config.config as string, 'utf8')).toBe(text)
    await expect(write({ ...config, restart: undefined })).rejects.toMatchObject({ code: 'not_allowed' })
    const get = (name: string) => twemproxyActuator.get(config, [name], signal())
    for (const name of ['cache/nobody/weight', 'other/a/weight', 'cache/a/state', 'cache'])
      await expect(get(name)).rejects.toMatchObject({ code: 'not_found' })
    for (const value of ['0', '-1', '10000', 'banana', '1;'])
      expect(twemproxyActuator.settings[0]!.value.safeParse(value).success).toBe(false)
  })
})
