import { text } from '../format/format.ts'
import { measuredValue } from '../metrics/measure.ts'
import { poolLabels } from '../metrics/traffic.ts'
import type { Advisor } from '../model/detector.ts'
import { servingOf } from '../model/serving.ts'

const SPAN_MS = 120_000

/**
 * How uneven counting alone makes the busiest of `servers` (max over mean), when each request goes to any of them: the largest of as many
 * normal deviations is about √(2 ln n) of them.
 */
export const unevenByChance = (servers: number, requests: number): number =>
  servers < 2 || requests <= 0 ? 1 : 1 + Math.sqrt((2 * Math.log(servers) * (servers - 1)) / requests)

/** What lets sessions that pile up spread again: as lines of the configuration, with how even shares would be. A person decides what a session may lose. */
export const stickySessions: Advisor = {
  id: 'sticky-sessions',
  title: 'Let sessions spread again',
  answers: ['balancer/sticky-skew'],
  spanMs: SPAN_MS,
  propose({ subject }, window, topology) {
    const pool = topology.pools.find(({ target, name }) => target === subject.target && name === subject.pool)
    if (!pool?.sticky) return null
    const where = poolLabels(pool)
    const [rate, now] = [measuredValue('pool_request_rate', where, window), measuredValue('pool_imbalance', where, window)]
    const { length: servers } = servingOf(pool)
    const even =
      rate === null
        ? 'how even that would be is not known: its requests are not measured'
        : `max over mean ${text(unevenByChance(servers, (rate * SPAN_MS) / 1_000), 'factor')} by chance alone in two minutes`
    const { sooner, hash } = pool.unstick ?? {}
    return {
      none: [
        `What can be done about ${pool.sticky} of ${pool.name}${now === null ? '' : `; the busiest server has ${text(now, 'factor')} its part now`}:`,
        `Keep sessions in a shared store, and no stickiness (${even}): weights decide about every request again.`,
        `Let a session move sooner (even again once the sessions of now have ended): an idle one after half an hour, any after a day's work.${sooner ? ` ${inCode(sooner)}` : ''}`,
        `Hash in place of a table of sessions (no number: how many users there are is not counted): a server that returns gets its part back at once, and its users lose their session then; users behind one address stay together.${hash ? ` ${inCode(hash)}` : ''}`,
      ].join('\n'),
    }
  },
}

const inCode = (lines: string) =>
  lines
    .split('\n')
    .map((line) => `\`${line}\``)
    .join(', ')
