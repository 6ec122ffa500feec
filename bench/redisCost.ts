import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisServer } from '../test/servers.ts'
import { loadOn, PER_SECOND, type Subject, start } from './redisSubject.ts'
import { type Burden, type Grown, grown, type Twins } from './redisTwins.ts'
import { RedisWatch } from './redisWatch.ts'
import type { Row } from './table.ts'

const DIRECT = { pairs: 10, halfMs: 4_000 }
/** A second that was disturbed is left out alone. */
const PARTS = { pairs: 15, halfMs: 1_000 }
/** Every probe but MONITOR runs so many times as often: what one read costs stays, what else the machine does is divided by it. */
const TIMES = 20
/** What a burst of MONITOR costs, by an open one: it hears all, bursts a hundredth. */
const COUNTING = ['monitor', 'hotkeys', 'references']
/** Once enough is heard bursts rest; then what watching costs is measured. */
const SETTLED_MS = 14_000

/** What watching adds to the CPU time of a server's commands: at its own rhythm, and by its parts, which tells it more exactly. */
export async function cost(subject: Subject): Promise<Row[]> {
  await using one = await start(subject)
  await using other = await start(subject)
  await using _load = await loadOn(one)
  await using _equal = await loadOn(other)
  const twins = { one, other }
  const watches = [new RedisWatch(one), new RedisWatch(other)] as const
  await Promise.all(watches.map((watch) => watch.spell(SETTLED_MS)))
  const own = process.cpuUsage()
  const [began, linesBefore] = [performance.now(), linesOf(watches)]
  const direct = await grown(twins, [(ms) => watches[0].spell(ms), (ms) => watches[1].spell(ms)], DIRECT)
  const spent = process.cpuUsage(own)
  const seconds = (performance.now() - began) / 1_000
  const heard = (linesOf(watches) - linesBefore) / seconds
  await Promise.all(watches.map((watch) => watch.close()))
  return [
    ...rowsOf(direct, await probesOf(twins), await monitorOf(twins), heard),
    { what: "Evenkeel's own CPU for it, of one core", value: (spent.user + spent.system) / (seconds * 10_000), unit: '%' },
    { what: 'references from MONITOR', value: watches[0].because.get('references') ?? 'on' },
  ]
}

const linesOf = (watches: readonly RedisWatch[]) => watches.reduce((sum, { lines }) => sum + lines, 0)

function rowsOf(direct: Grown | null, probes: Grown | null, monitor: Grown | null, heard: number): Row[] {
  const percent = ({ low, high }: { low: number; high: number }, by = 1) =>
    `${((low * 100) / by).toFixed(2)} to ${((high * 100) / by).toFixed(2)} %`
  const notMeasured = 'not measured: the load was not sent'
  const rows: Row[] = direct
    ? [
        { what: `CPU per command at ${PER_SECOND} a second, unwatched`, value: direct.usualUs, unit: 'µs' },
        { what: 'and more of it with every probe at its rhythm', value: direct.more * 100, unit: '%' },
        { what: 'the interval that holds that with 97 %', value: `${percent(direct)} (${direct.pairs})` },
      ]
    : [{ what: 'CPU per command', value: notMeasured }]
  if (!probes || !monitor) return [...rows, { what: 'by its parts', value: notMeasured }]
  const part = heard / PER_SECOND
  const all = (which: 'more' | 'low' | 'high') => probes[which] / TIMES + monitor[which] * part
  return [
    ...rows,
    { what: `probes but MONITOR: ${TIMES} times as often, divided by that`, value: (probes.more * 100) / TIMES, unit: '%' },
    { what: 'with 97 %', value: `${percent(probes, TIMES)} (${probes.pairs})` },
    { what: 'MONITOR: each command that is heard', value: monitor.more * monitor.usualUs, unit: 'µs' },
    { what: `bursts of it, ${Math.round(heard)} commands a second`, value: monitor.more * part * 100, unit: '%' },
    { what: 'both together', value: all('more') * 100, unit: '%', goal: { most: 1.5 } },
    { what: 'and at most', value: all('high') * 100, unit: '%', goal: { most: 1.5 } },
  ]
}

async function probesOf(twins: Twins): Promise<Grown | null> {
  const watches = [twins.one, twins.other].map((server) => new RedisWatch(server, {}, { times: TIMES, without: COUNTING }))
  await Promise.all(watches.map((watch) => watch.spell(5_000)))
  const found = await grown(twins, [(ms) => watches[0]!.spell(ms), (ms) => watches[1]!.spell(ms)], PARTS)
  await Promise.all(watches.map((watch) => watch.close()))
  return found
}

const monitorOf = (twins: Twins) => grown(twins, [listening(twins.one), listening(twins.other)], PARTS)

/** An open MONITOR whose lines nobody looks at: what they cost Evenkeel is not asked here. */
const listening =
  ({ about: { port } }: RedisServer): Burden =>
  async (ms) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('MONITOR\r\n'))
    socket.on('error', () => {})
    socket.resume()
    await sleep(ms)
    socket.destroy()
  }
